import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listApiKeys } from "@autonomy-gate/admin/keys/api-keys";
import { dynamoTable } from "@autonomy-gate/core/adapters";
import { ListRulesCommand, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAdmin } from "./admin.ts";
import { connect, type StackClients, tableNames } from "./clients.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { loadExampleConfiguration } from "./examples.ts";
import { openOutcomeFeed } from "./outcome-feed.ts";
import { OUTCOMES_MAX, startStack } from "./stack.ts";
import type { StackFile } from "./stack-file.ts";

const SETTINGS = { ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 }, clockOffsetSeconds: 0 };

const STOP = { pk: "TENANT#acme", sk: "KILL_SWITCH", engaged: true };

let folder: string;
let data: DataFolder;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "autonomy-data-"));
  data = await openDataFolder(join(folder, "data"));
});

afterEach(async () => rm(folder, { recursive: true }));

async function withStack<T>(
  work: (clients: StackClients, description: StackFile) => Promise<T>,
  more: { readonly visibilityTimeoutSeconds?: number } = {},
): Promise<T> {
  const stack = await startStack({ ...SETTINGS, ...more }, data);
  const clients = connect(stack.description);
  try {
    return await work(clients, stack.description);
  } finally {
    clients.destroy();
    await stack.close();
  }
}

test("OUT-5: a second start finds items, messages and rules, whatever the ports", async () => {
  await withStack(
    async ({ documents, sqs, events }, { dynamodb, sqs: { queues }, events: bus }) => {
      await documents.send(new PutCommand({ TableName: dynamodb.tables.config, Item: STOP }));
      await sqs.send(new SendMessageCommand({ QueueUrl: queues.intents_dlq, MessageBody: "dead" }));
      await events.send(
        new PutRuleCommand({
          Name: "mine",
          EventBusName: bus.bus,
          EventPattern: '{"source":["s"]}',
        }),
      );
    },
  );

  await withStack(
    async ({ documents, sqs, events }, { dynamodb, sqs: { queues }, events: bus }) => {
      const { Item } = await documents.send(
        new GetCommand({
          TableName: dynamodb.tables.config,
          Key: { pk: STOP.pk, sk: STOP.sk },
        }),
      );
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queues.intents_dlq }),
      );
      const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: bus.bus }));
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queues.intents, AttributeNames: ["All"] }),
      );
      expect(Item).toEqual(STOP);
      expect(Messages.map(({ Body }) => Body)).toEqual(["dead"]);
      expect(Rules.map(({ Name }) => Name)).toEqual(["intents", "outcomes", "mine"]);
      expect(Attributes?.VisibilityTimeout).toBe("7");
    },
    { visibilityTimeoutSeconds: 7 },
  );
});

test("OUT-5: the admin API has one key for all starts, until it is revoked", async () => {
  const start = () =>
    withStack(async (clients, description) => {
      const settings = { ...SETTINGS, keyFile: data.adminKey };
      const admin = await startAdmin(description, settings);
      const reply = await fetch(`${admin.url}/config?tenant_id=acme`, {
        headers: { "x-api-key": admin.api_key },
      });
      await admin.close();
      const keys = await listApiKeys(dynamoTable(clients.dynamodb, tableNames(description)));
      return { status: reply.status, key: admin.api_key, keys: keys.length };
    });

  const first = await start();

  expect(first).toMatchObject({ status: 200, keys: 1 });
  expect(await start()).toEqual(first);
  expect((await stat(data.adminKey)).mode & 0o777).toBe(0o600);
  expect((await stat(data.path)).mode & 0o777).toBe(0o700);
});

test("OUT-4: the key of an API that has ended opens nothing any more", async () => {
  await withStack(async (_, description) => {
    const [first, second] = [
      await startAdmin(description, SETTINGS),
      await startAdmin(description, SETTINGS),
    ];
    await first.close();
    const reply = await fetch(`${second.url}/config?tenant_id=acme`, {
      headers: { "x-api-key": first.api_key },
    });
    await second.close();
    expect(reply.status).toBe(401);
  });
});

test("OUT-5: the examples' configuration is not stored over what a person configured", async () => {
  await withStack(async ({ documents }, { dynamodb: { tables } }) => {
    await documents.send(new PutCommand({ TableName: tables.config, Item: STOP }));
    await loadExampleConfiguration(documents, tables.config);
    const { Item } = await documents.send(
      new GetCommand({ TableName: tables.config, Key: { pk: STOP.pk, sk: STOP.sk } }),
    );
    expect(Item).toEqual(STOP);
  });
});

test("OUT-5: what a killed `gate tail` left behind is removed at the next start", async () => {
  await withStack(async (clients, description) => {
    await openOutcomeFeed(clients, description);
  });
  await withStack(async ({ sqs, events }, { events: { bus } }) => {
    const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: bus }));
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    expect(Rules.map(({ Name }) => Name)).toEqual(["intents", "outcomes"]);
    expect(QueueUrls).toHaveLength(4);
  });
});

test("OUT-5: a folder is one stack's at a time", async () => {
  await withStack(async () => {
    await expect(startStack(SETTINGS, data)).rejects.toThrow(
      `Another stack uses ${data.path}. Stop it, or choose another folder.`,
    );
  });
});

test(`OUT-5: the outcomes queue holds the newest ${OUTCOMES_MAX} at most`, async () => {
  const stack = await startStack(SETTINGS);
  const clients = connect(stack.description);
  const QueueUrl = stack.description.sqs.queues.outcomes;
  for (let sent = 0; sent < OUTCOMES_MAX + 20; sent += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: String(sent + index),
    }));
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  clients.destroy();
  await stack.close();

  expect(Attributes?.ApproximateNumberOfMessages).toBe(String(OUTCOMES_MAX));
  expect(Messages?.[0]?.Body).toBe("20");
}, 60_000);
