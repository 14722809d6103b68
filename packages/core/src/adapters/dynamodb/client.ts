import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import type { TableName } from "../../table/table.ts";

/** What each table is called where it is deployed. */
export type TableNames = Readonly<Record<TableName, string>>;

/** A program that uses some tables only needs the names of those. */
export type SomeTableNames = Partial<TableNames>;

export function nameOf(names: SomeTableNames, table: TableName): string {
  const name = names[table];
  if (name === undefined) throw new TypeError(`The table ${table} has no name here.`);
  return name;
}

/**
 * A client of one attempt a request: the gate retries itself, inside its deadlines, so that no
 * commit is sent by the SDK after the gate has given up on it.
 */
export function createDynamoClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({ maxAttempts: 1, ...config });
  leaveOutRequestLog(client);
  return client;
}

/**
 * Without it the SDK copies every request and reply for a log that goes nowhere: 4 % of the
 * consumer's CPU in a batch of 10 (2026-11-22, median of 40 runs in turn).
 */
export function leaveOutRequestLog(client: {
  readonly middlewareStack: { remove(name: string): boolean };
}): void {
  client.middlewareStack.remove("loggerMiddleware");
}
