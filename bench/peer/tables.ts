import { CreateTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The tables the peer's libraries want, with the key names that are their defaults. */
export const PEER_TABLES = {
  idempotency: { name: "PeerIdempotency", key: "id" },
  budget: { name: "PeerBudget", key: "key" },
} as const;

export async function createPeerTables(client: DynamoDBClient): Promise<void> {
  for (const { name, key } of Object.values(PEER_TABLES)) {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: key, AttributeType: "S" }],
        KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      }),
    );
  }
}
