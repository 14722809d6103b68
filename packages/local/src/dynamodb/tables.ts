import type { TableNames } from "@autonomy-gate/core/adapters";
import { TABLES, type TableTopology } from "@autonomy-gate/core/topology";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";

const CREATE_SECONDS_MAX = 30;

/**
 * Creates the topology's tables, or finds them, and returns when they are ready. Throws when one
 * that exists has other keys or indexes.
 */
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
  const input = tableInput(name, topology);
  try {
    await client.send(new CreateTableCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await refuseOtherTable(client, input);
  }
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

async function refuseOtherTable(
  client: DynamoDBClient,
  { TableName, KeySchema, GlobalSecondaryIndexes = [] }: CreateTableCommandInput,
): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const found = shapeOf(Table?.KeySchema, Table?.GlobalSecondaryIndexes);
  if (found !== shapeOf(KeySchema, GlobalSecondaryIndexes)) {
    throw new Error(
      `The table ${TableName} was made by another version, with other keys or indexes.`,
    );
  }
}

/** Keys and indexes as one text, whatever the order of the indexes. */
function shapeOf(
  keys: readonly KeySchemaElement[] = [],
  indexes: readonly GlobalSecondaryIndexDescription[] = [],
): string {
  const named = (elements: readonly KeySchemaElement[] = []) =>
    elements.map(({ AttributeName, KeyType }) => [AttributeName, KeyType]);
  const shapes = indexes.map(({ IndexName, KeySchema, Projection }) =>
    JSON.stringify([
      IndexName,
      named(KeySchema),
      Projection?.ProjectionType,
      Projection?.NonKeyAttributes?.toSorted(),
    ]),
  );
  return JSON.stringify([named(keys), shapes.sort()]);
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
