import { randomUUID } from "node:crypto";
import { createDynamoClient, dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import { configStore } from "@autonomy-gate/core/commit";
import { gateStore } from "@autonomy-gate/core/store";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { OpenStore } from "../../core/test/store-contract.ts";

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
    actions: `actions${suffix}`,
  };
  const admin = new DynamoDBClient(settings);
  await createTables(admin, names);
  const client = createDynamoClient(settings);
  const table = dynamoTable(client, names);
  return {
    gate: gateStore(table),
    config: configStore({ table, clock: systemClock(), newId: randomUUID }),
    put: async (name, item) => {
      await table.put({ kind: "put", table: name, item: { pk: "", sk: "", ...item } });
    },
    close: async () => {
      client.destroy();
      admin.destroy();
    },
  };
}
