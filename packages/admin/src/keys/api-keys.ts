import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Role, TenantBinding } from "../auth/credential.ts";
import { digestOf, type KeyId, newApiKey, StoredApiKey } from "./api-key.ts";

/** For the command line: keys are made and revoked by whoever may write the config table. */

/** A key just made; `api_key` is shown this once and stored nowhere. */
export interface CreatedApiKey {
  readonly key_id: KeyId;
  readonly api_key: string;
  readonly tenant_id: TenantBinding;
  readonly role: Role;
}

/** A key without what could be used of it. */
export type ListedApiKey = Omit<StoredApiKey, "sha256">;

/** Makes a key for one tenant, or with `*` for all. Any number may live at once, for rotation. */
export async function createApiKey(
  client: DynamoDBDocumentClient,
  table: string,
  { tenant_id, role }: { readonly tenant_id: TenantBinding; readonly role: Role },
): Promise<CreatedApiKey> {
  const { key_id, api_key } = newApiKey();
  const stored: StoredApiKey = {
    key_id,
    sha256: digestOf(api_key),
    tenant_id,
    role,
    created_at: new Date().toISOString(),
  };
  await client.send(
    new PutCommand({
      TableName: table,
      Item: { pk: API_KEY_PARTITION, sk: key_id, ...stored },
      ConditionExpression: "attribute_not_exists(pk)",
    }),
  );
  return { key_id, api_key, tenant_id, role };
}

/** Every key, revoked ones too, to the last page, in the order of their creation. */
export async function listApiKeys(
  client: DynamoDBDocumentClient,
  table: string,
): Promise<ListedApiKey[]> {
  const found: ListedApiKey[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": API_KEY_PARTITION },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    for (const item of page.Items ?? []) {
      const { sha256, ...listed } = StoredApiKey.parse(item);
      found.push(listed);
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
}

/** Refuses a key from now on. False: there is no such key. Revoking twice changes nothing more. */
export async function revokeApiKey(
  client: DynamoDBDocumentClient,
  table: string,
  keyId: KeyId,
): Promise<boolean> {
  try {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk: API_KEY_PARTITION, sk: keyId },
        UpdateExpression: "SET revoked_at = if_not_exists(revoked_at, :now)",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":now": new Date().toISOString() },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
