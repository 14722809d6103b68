import { type DynamoDbServer, startDynamoDb } from "@autonomy-gate/local/dynamodb/server";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import { afterAll, beforeAll } from "vitest";
import { createDynamoClient } from "../src/adapters/dynamodb/client.ts";
import { dynamoTable } from "../src/adapters/dynamodb/dynamo-table.ts";
import { memoryTable } from "../src/adapters/memory/memory-table.ts";
import { tableContract } from "./table-contract.ts";

tableContract("tables in memory", async () => memoryTable());

const NAMES = { config: "config", budgetState: "budget", ledger: "ledger", actions: "actions" };

let server: DynamoDbServer;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.close());

tableContract("tables on DynamoDB's stand-in", async () => {
  const client = createDynamoClient({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  await createTables(client, NAMES);
  return dynamoTable(client, NAMES);
});
