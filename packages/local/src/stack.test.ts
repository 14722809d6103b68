import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { startAdmin } from "./admin.ts";
import { connect } from "./clients.ts";
import { publishIntents } from "./publish-intents.ts";
import { startStack } from "./stack.ts";

const SETTINGS = {
  ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 },
  clockOffsetSeconds: 0,
};

it("describes itself as the contract does, whoever has worked with the description", async () => {
  const stack = await startStack(SETTINGS);
  const { description } = stack;
  const clients = connect(description);
  await clients.dynamodb.send(new ListTablesCommand({}));
  await publishIntents(clients.events, description.events.bus, [{ data: {} }]);
  const { Messages } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: description.sqs.queues.intents, WaitTimeSeconds: 5 }),
  );
  clients.destroy();
  const admin = await startAdmin(description, SETTINGS);
  await fetch(`${admin.url}/config?tenant_id=acme`, { headers: { "x-api-key": admin.api_key } });
  await admin.close();
  await stack.close();

  expect(Messages).toHaveLength(1);
  expect(Object.keys(description)).toEqual(["region", "credentials", "dynamodb", "sqs", "events"]);
  expect(description.credentials).toEqual({ accessKeyId: "local", secretAccessKey: "local" });
});
