import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type KeyId, StoredApiKey } from "./api-key.ts";

/**
 * Where keys are stored, in the config table: partition `API_KEY`, sort key the key's id. One
 * partition lists them all without a scan, and serves the look-ups of every request.
 */
export const API_KEY_PK = "API_KEY";

export interface ApiKeyStore {
  /** Read strongly consistent, so that a revoked key is refused from then on. */
  find(keyId: KeyId): Promise<StoredApiKey | undefined>;
}

/** Keys in the config table. An item that is no key opens nothing. */
export function dynamoApiKeys(client: DynamoDBDocumentClient, table: string): ApiKeyStore {
  return {
    find: async (keyId) => {
      const Key = { pk: API_KEY_PK, sk: keyId };
      const reply = await client.send(
        new GetCommand({ TableName: table, Key, ConsistentRead: true }),
      );
      return StoredApiKey.safeParse(reply.Item).data;
    },
  };
}
