import { read } from "@autonomy-gate/core/adapters/dynamodb/read";
import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type KeyId, StoredApiKey } from "./api-key.ts";

export interface ApiKeyStore {
  /** Read strongly consistent, so that a revoked key is refused from then on. Throws TransientError. */
  find(keyId: KeyId): Promise<StoredApiKey | undefined>;
}

/**
 * Keys in the config table: one partition, sort key the key's id, so that all are listed without a
 * scan. An item that is no key opens nothing.
 */
export function dynamoApiKeys(client: DynamoDBDocumentClient, table: string): ApiKeyStore {
  return {
    find: async (keyId) => {
      const Key = { pk: API_KEY_PARTITION, sk: keyId };
      const { Item } = await read("GetItem", () =>
        client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true })),
      );
      return StoredApiKey.safeParse(Item).data;
    },
  };
}
