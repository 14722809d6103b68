import type { TableNames } from "@autonomy-gate/core/adapters/dynamodb/client";
import { TABLES, type TableTopology } from "@autonomy-gate/core/topology";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

const CREATE_SECONDS_MAX = 30;

/** Creates the topology's tables and returns when they are ready. Throws when one exists already. */
export async function createTables(client: DynamoDBClient, names: TableNames): Promise<void> {
  await Promise.all([
    createTable(client, names.config, TABLES.config),
    createTable(client, names.budgetState, TABLES.budgetState),
    createTable(client, names.ledger, TABLES.ledger),
    createTable(client, names.actions, TABLES.actions),
  ]);
}

async function createTable(
  client: DynamoDBClient,
  name: string,
  topology: TableTopology,
): Promise<void> {
  await client.send(new CreateTableCommand(tableInput(name, topology)));
  await waitUntilTableExists(
    { client, maxWaitTime: CREATE_SECONDS_MAX, minDelay: 1, maxDelay: 1 },
    { TableName: name },
  );
  if (topology.ttlAttribute !== undefined) {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: name,
        TimeToLiveSpecification: { AttributeName: topology.ttlAttribute, Enabled: true },
      }),
    );
  }
}

function tableInput(name: string, { indexes = [] }: TableTopology): CreateTableCommandInput {
  const keys = ["pk", "sk", ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [...new Set(keys)].map((key) => ({
      AttributeName: key,
      AttributeType: "S",
    })),
    KeySchema: keySchema("pk", "sk"),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...index.include] },
      })),
    }),
  };
}

function keySchema(partitionKey: string, sortKey: string) {
  return [
    { AttributeName: partitionKey, KeyType: "HASH" as const },
    { AttributeName: sortKey, KeyType: "RANGE" as const },
  ];
}
