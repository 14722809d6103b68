import type { TableNames } from "@autonomy-gate/core/adapters";
import {
  type CancellationReason,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { startDynamoDb } from "../../src/dynamodb/server.ts";
import { createTables } from "../../src/dynamodb/tables.ts";

export const NAMES: TableNames = {
  config: "config",
  budgetState: "budget",
  ledger: "ledger",
  actions: "actions",
};

export type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** A fresh database with the project's tables, and the real clients; the SDK's own retries are off. */
export async function openTestDatabase() {
  const server = await startDynamoDb();
  const client = testClient(server.endpoint);
  await createTables(client, NAMES);
  return {
    client,
    doc: DynamoDBDocumentClient.from(client),
    async close() {
      client.destroy();
      await server.close();
    },
  };
}

export function testClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
}

/** Why a transaction was cancelled, per item; undefined when it was done. Rethrows anything else. */
export async function reasonsOf(
  transaction: Promise<unknown>,
): Promise<CancellationReason[] | undefined> {
  try {
    await transaction;
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    return error.CancellationReasons;
  }
}
