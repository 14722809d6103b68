import { randomUUID } from "node:crypto";
import { createDynamoClient, dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import { configStore } from "@autonomy-gate/core/commit";
import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { AWS, openAdmin, received, requestInit, TABLES, type TestAdmin } from "./open-admin.ts";

let admin: TestAdmin;
beforeAll(async () => {
  admin = await openAdmin();
});
afterAll(() => admin.close());

it("a stop whose fence cannot be raised again is in force, told to the bus, and said to be so", async () => {
  const key = await admin.newKey("acme", "admin");
  const client = createDynamoClient({ ...AWS, endpoint: admin.endpoint });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "UpdateItemCommand") return next(args);
        throw new TransactionConflictException({ message: "as the test asked", $metadata: {} });
      },
    { step: "finalizeRequest" },
  );
  let elapsedMs = 0;
  const clock = {
    ...systemClock(),
    elapsedMs: () => elapsedMs,
    sleep: async (ms: number) => {
      elapsedMs += ms;
    },
  };
  const app = createApp({
    ...admin.ports,
    config: configStore({ table: dynamoTable(client, TABLES), clock, newId: randomUUID }),
  });
  const body = { engaged: true, effect: "BLOCK", reason: "an incident" };
  const path = "/kill-switch?account_id=a1";

  const answer = await received(await app.request(path, requestInit("PUT", { key, body })));
  expect(answer).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
  expect(answer.json.error).toMatch(/^The change is made, /);
  expect(admin.changes).toMatchObject([{ data: { after: body } }]);
  expect((await admin.send("GET", path, { key })).json.kill_switch).toMatchObject(body);
  client.destroy();
});
