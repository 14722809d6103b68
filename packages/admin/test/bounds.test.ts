import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ROUTES } from "../src/routes/routes.ts";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";
import { operationAt, plainRequest, urlOf } from "./requests.ts";

/** Items looked at for one answer: a page of each of four lists, and five more items for each type. */
const ITEMS_READ_MAX = 1_000;
const ANSWER_BYTES_MAX = 512 * 1024;

const Requested = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })).optional(),
  Limit: z.number().optional(),
});

describe("a tenant with more configuration than any page", () => {
  let admin: TestAdmin;
  let key: string;
  let read: { items: number; requests: number; keys: string[] };
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
    const names = Array.from(
      { length: 600 },
      (_, index) => `TYPE_${String(index).padStart(4, "0")}`,
    );
    const partitions = ["TENANT#acme", "TENANT#acme#ACCOUNT#a1"];
    const items = partitions.flatMap((pk) =>
      names.flatMap((name) => [
        { pk, sk: `AUTONOMY#${name}`, mode: "AUTO_EXECUTE" },
        { pk, sk: `BUDGET#ACTION_TYPE#${name}`, max_autonomous_per_day: 1 },
      ]),
    );
    for (let start = 0; start < items.length; start += 25) {
      const RequestItems = {
        [TABLES.config]: items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } })),
      };
      await admin.doc.send(new BatchWriteCommand({ RequestItems }));
    }
    admin.doc.middlewareStack.add(
      (next, context) => async (args) => {
        if (!/^(?:Get|BatchGet|Query)/.test(String(context.commandName))) return next(args);
        const { RequestItems, Limit } = Requested.parse(args.input);
        const keys = Object.values(RequestItems ?? {}).flatMap(({ Keys }) => Keys);
        read.requests += 1;
        read.items += RequestItems === undefined ? (Limit ?? 1) : keys.length;
        read.keys.push(...keys.map((each) => JSON.stringify(each)));
        return next(args);
      },
      { step: "initialize", name: "count" },
    );
  });
  afterAll(() => admin.close());

  const send = async (path: string) => {
    read = { items: 0, requests: 0, keys: [] };
    return admin.send("GET", path, { key });
  };

  it.each(ROUTES.filter(({ method }) => method === "get"))(
    "OUT-2: GET $path reads and returns no more than a page",
    async ({ method, path }) => {
      const plain = plainRequest(operationAt(method, path));
      const query = { ...plain.query, tenant_id: "acme" };
      const operation = operationAt(method, path).operation;
      const takesAccount = operation.parameters.some(({ name }) => name === "account_id");
      const reply = await send(
        urlOf({ ...plain, query: takesAccount ? { ...query, account_id: "a1" } : query }),
      );
      expect(reply.status).toBeLessThan(500);
      expect(read.items).toBeLessThanOrEqual(ITEMS_READ_MAX);
      expect(Buffer.byteLength(reply.text)).toBeLessThanOrEqual(ANSWER_BYTES_MAX);
    },
  );

  it("OUT-2: what could run by itself is listed to the last type, each item read once a page", async () => {
    const types: string[] = [];
    let token: string | undefined;
    do {
      const more = token === undefined ? "" : `&next_token=${token}`;
      const { json } = await send(`/config/effective?account_id=a1&limit=100${more}`);
      expect(json.action_types.length).toBeLessThanOrEqual(100);
      expect(new Set(read.keys).size).toBe(read.keys.length);
      types.push(...json.action_types.map((one: { action_type: string }) => one.action_type));
      token = json.next_token;
    } while (token !== undefined);
    expect(types).toEqual([...new Set(types)].sort());
    expect(types.filter((type) => type.startsWith("TYPE_"))).toHaveLength(600);
  });
});

describe("the number of a tenant's configuration objects", () => {
  it("OUT-2: is limited, for all its accounts together; stops are never refused", async () => {
    const admin = await openAdmin(() => ({}), { configObjectsMax: 2 });
    const key = await admin.newKey("acme", "admin");
    const put = (account_id: string, mode: string) =>
      admin.send("PUT", "/config", { key, body: { account_id, mode } });
    expect((await put("a1", "DISABLED")).status).toBe(200);
    expect((await put("a2", "DISABLED")).status).toBe(200);
    const third = await put("a3", "DISABLED");
    expect(third).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
    expect(third.json.error).toContain("2 configuration objects");
    expect((await admin.send("GET", "/config?account_id=a3", { key })).json.configs).toEqual([]);

    expect((await put("a1", "PROPOSE_ONLY")).status).toBe(200);
    const stop = { account_id: "a3", engaged: true, effect: "BLOCK", reason: "an incident" };
    expect((await admin.send("PUT", "/kill-switch", { key, body: stop })).status).toBe(200);
    expect((await admin.send("DELETE", "/config?account_id=a1", { key })).status).toBe(204);
    expect((await put("a3", "DISABLED")).status).toBe(200);
    await admin.close();
  });
});
