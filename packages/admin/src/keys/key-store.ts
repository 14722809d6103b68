import type { Table } from "@autonomy-gate/core/table/table";
import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import { type KeyId, StoredApiKey } from "./api-key.ts";

export interface ApiKeyStore {
  /** Read strongly consistent, so that a revoked key is refused from then on. Throws TransientError. */
  find(keyId: KeyId): Promise<StoredApiKey | undefined>;
}

/**
 * Keys in the config table: one partition, sort key the key's id, so that all are listed without a
 * scan. An item that is no key opens nothing.
 */
export function apiKeyStore(table: Pick<Table, "get">): ApiKeyStore {
  return {
    find: async (keyId) => {
      const item = await table.get({ table: "config", pk: API_KEY_PARTITION, sk: keyId });
      return StoredApiKey.safeParse(item).data;
    },
  };
}
