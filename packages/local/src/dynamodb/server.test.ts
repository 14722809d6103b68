import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ExecuteStatementCommand,
  ListTablesCommand,
  ScanCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import { NAMES, openTestDatabase, testClient } from "../../test/dynamodb/test-database.ts";
import { startDynamoDb } from "./server.ts";
import { createTables } from "./tables.ts";

async function open() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  return database;
}

const TEST_DATABASE = join(import.meta.dirname, "../../test/dynamodb/test-database.ts");

/** A process that does some work and then only closes: it ends by itself when nothing is left open. */
const WORK = `
  import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
  import { openTestDatabase } from ${JSON.stringify(TEST_DATABASE)};
  const { client, close } = await openTestDatabase();
  const item = (sk) => ({ pk: { S: "a" }, sk: { S: String(sk) } });
  for (const sk of [1, 2, 3]) {
    await client.send(new PutItemCommand({ TableName: "config", Item: item(sk) }));
  }
  await client.send(new QueryCommand({
    TableName: "config", Limit: 1, KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: "a" } },
  }));
  await close();
  console.log("closed");
`;

describe("the stand-in", () => {
  it("leaves no open handle and no file behind when closed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "dynamodb-close-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const child = spawn(process.execPath, ["--input-type=module", "--eval", WORK], {
      cwd: import.meta.dirname,
      env: { PATH: process.env.PATH, HOME: directory, TMPDIR: directory },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill());
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect({ output, code }).toEqual({ output: "closed\n", code: 0 });
    expect(await readdir(directory)).toEqual([]);
  });

  it("answers the requests under way before it closes, and none after", async () => {
    const { endpoint, close } = await startDynamoDb();
    const headers = {
      authorization: "AWS4-HMAC-SHA256",
      "x-amz-target": "DynamoDB_20120810.ListTables",
      expect: "100-continue",
    };
    const underWay = request(endpoint, { method: "POST", headers });
    underWay.flushHeaders();
    await once(underWay, "continue");
    const closed = close();
    const answered = once(underWay, "response");
    underWay.end("{}");
    const [response] = await answered;
    expect(JSON.parse(await text(response))).toEqual({ TableNames: [] });
    await closed;
    await expect(fetch(endpoint)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  });

  it("does not wait for a client that sends nothing", async () => {
    const { endpoint, close } = await startDynamoDb();
    const silent = connect(Number(new URL(endpoint).port), "127.0.0.1");
    await once(silent, "connect");
    // Connections are accepted in order: an answer on a later one means that the silent one is in.
    await fetch(endpoint);
    const ended = once(silent, "close");
    silent.resume();
    await close();
    await ended;
  });

  it("closes though clients left before their answers, or half way through their requests", async () => {
    const { endpoint, close } = await startDynamoDb();
    const client = testClient(endpoint);
    await createTables(client, NAMES);
    client.destroy();
    const Keys = Array.from({ length: 100 }, (_, index) => ({
      pk: { S: String(index) },
      sk: { S: "item" },
    }));
    const body = JSON.stringify({ RequestItems: { [NAMES.config]: { Keys } } });
    for (const missing of [0, 1]) {
      const leaving = request(endpoint, {
        method: "POST",
        headers: {
          authorization: "AWS4-",
          "x-amz-target": "DynamoDB_20120810.BatchGetItem",
          "content-length": body.length + missing,
        },
      });
      // The error is the point: it says that the answer never came.
      const left = once(leaving, "error");
      leaving.write(body, () => leaving.destroy());
      await left;
    }
    await close();
  });

  it("listens on 127.0.0.1 only", async () => {
    const { endpoint, close } = await startDynamoDb();
    onTestFinished(close);
    expect(new URL(endpoint).hostname).toBe("127.0.0.1");
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === "IPv4" && !address.internal);
    for (const address of outside) {
      await expect(fetch(endpoint.replace("127.0.0.1", address?.address ?? ""))).rejects.toThrow();
    }
  });

  it("says so when its port is taken", async () => {
    const { endpoint, close } = await startDynamoDb();
    onTestFinished(close);
    await expect(startDynamoDb({ port: Number(new URL(endpoint).port) })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("starts empty and apart from another", async () => {
    await open();
    const { endpoint, close } = await startDynamoDb();
    const client = testClient(endpoint);
    onTestFinished(async () => {
      client.destroy();
      await close();
    });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
  });

  it("refuses what it does not have, a caller without credentials, and a body that is no object", async () => {
    const { client } = await open();
    await expect(
      client.send(new ExecuteStatementCommand({ Statement: "SELECT * FROM config" })),
    ).rejects.toMatchObject({ name: "UnknownOperationException" });

    const { endpoint, close } = await startDynamoDb();
    onTestFinished(close);
    const send = async (body: string, headers: Record<string, string>) => {
      const response = await fetch(endpoint, { method: "POST", body, headers });
      return { status: response.status, body: await response.json() };
    };
    expect(await send("{}", {})).toMatchObject({
      status: 400,
      body: { __type: expect.stringContaining("MissingAuthenticationTokenException") },
    });
    for (const body of ["", "[]", "not JSON"]) {
      expect(await send(body, { authorization: "AWS4-HMAC-SHA256" })).toMatchObject({
        status: 400,
        body: { __type: expect.stringContaining("SerializationException") },
      });
    }
  });
});

describe("what is not served", () => {
  const own = { TableName: NAMES.config, Item: { pk: { S: "a" }, sk: { S: "a" } } };

  it("OUT-16: of a request is refused by name", async () => {
    const { client } = await open();
    const create = new CreateTableCommand({
      TableName: "t",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
      StreamSpecification: { StreamEnabled: true },
    });
    await expect(client.send(create)).rejects.toThrow(
      "This stand-in does not serve StreamSpecification of CreateTable",
    );
    await client.send(new ScanCommand({ TableName: NAMES.config, ConsistentRead: true }));
  });

  it("OUT-16: of a write in a transaction is refused, and nothing is written", async () => {
    const { client } = await open();
    const Put = { ...own, ReturnValues: "ALL_OLD" };
    // By itself: the SDK leaves out what it does not know.
    const body = JSON.stringify({ TransactItems: [{ Put }] });
    const endpoint = (await client.config.endpoint?.())?.port;
    const reply = await fetch(`http://127.0.0.1:${endpoint}`, {
      method: "POST",
      body,
      headers: {
        authorization: "AWS4-",
        "x-amz-target": "DynamoDB_20120810.TransactWriteItems",
      },
    });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain("ReturnValues");
  });
});

describe("the project's tables", () => {
  it("are those of the topology: on demand, with their indexes and expiry", async () => {
    const { client } = await open();
    const describeTable = async (TableName: string) =>
      (await client.send(new DescribeTableCommand({ TableName }))).Table;
    const expiryOf = async (TableName: string) =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;

    for (const name of Object.values(NAMES)) {
      expect(await describeTable(name)).toMatchObject({
        TableStatus: "ACTIVE",
        BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      });
    }
    expect((await describeTable(NAMES.ledger))?.GlobalSecondaryIndexes).toMatchObject([
      {
        IndexName: "decisions_by_time",
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["decision", "reason"] },
      },
    ]);
    expect(await expiryOf(NAMES.budgetState)).toEqual({
      TimeToLiveStatus: "ENABLED",
      AttributeName: "ttl",
    });
    expect(await expiryOf(NAMES.ledger)).toEqual({ TimeToLiveStatus: "DISABLED" });
  });

  it("refuse to set the same expiry twice, as DynamoDB does", async () => {
    const { client } = await open();
    const set = (Enabled: boolean) =>
      client.send(
        new UpdateTimeToLiveCommand({
          TableName: NAMES.budgetState,
          TimeToLiveSpecification: { AttributeName: "ttl", Enabled },
        }),
      );
    await expect(set(true)).rejects.toMatchObject({ name: "ValidationException" });
    await set(false);
    await set(true);
  });
});
