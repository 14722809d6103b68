import { createDocumentClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoConfigStore } from "@autonomy-gate/core/adapters/dynamodb/config-store";
import { dynamoGateStore } from "@autonomy-gate/core/adapters/dynamodb/gate-store";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { OpenStore } from "./store-contract.ts";

let opened = 0;

/** The real adapters on whatever speaks DynamoDB at an endpoint, in tables of their own. */
export async function openDynamoDbStores(endpoint: string): Promise<OpenStore> {
  const settings = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const suffix = opened++;
  const names = {
    config: `config${suffix}`,
    budgetState: `budget${suffix}`,
    ledger: `ledger${suffix}`,
  };
  const admin = new DynamoDBClient(settings);
  await createTables(admin, names);
  const client = createDocumentClient(settings);
  const tables = { config: names.config, budget: names.budgetState, ledger: names.ledger };
  return {
    gate: dynamoGateStore(client, names),
    config: dynamoConfigStore(client, names, systemClock()),
    put: async (table, item) => {
      await client.send(new PutCommand({ TableName: tables[table], Item: { ...item } }));
    },
    close: async () => {
      client.destroy();
      admin.destroy();
    },
  };
}
