import { ApiKeyV1, type KeyId, type TenantBinding } from "@autonomy-gate/core/access";
import { instantMs } from "@autonomy-gate/core/day";
import type { Page } from "@autonomy-gate/core/ports";
import type { Item, Table } from "@autonomy-gate/core/store";
import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import { EVERY_KEY, type ListedApiKey, listedKey } from "./api-keys.ts";

/** How exact `last_used_at` is: a key in steady use is written this often. */
const USE_INTERVAL_MS = 3_600_000;

export interface ApiKeyStore {
  /** Read strongly consistent, so that a revoked key is refused from then on. Throws TransientError. */
  find(keyId: KeyId): Promise<ApiKeyV1 | undefined>;
}

/** Notes that keys are used. */
export interface KeyUse {
  /** Best effort, and only where the last use was noted an hour ago: never throws. */
  note(key: Pick<ApiKeyV1, "key_id" | "last_used_at">, nowMs: number): Promise<void>;
}

export interface KeyListing {
  /** Keys of one tenant, of the platform (`*`), or with none named every key, by their ids. */
  page(query: {
    readonly tenant_id?: TenantBinding | undefined;
    readonly shows: (key: ListedApiKey) => boolean;
    readonly limit: number;
    readonly after?: KeyId | undefined;
  }): Promise<Page<ListedApiKey>>;
}

/**
 * Keys in the config table: one partition, sort key the key's id, so that all are listed without a
 * scan. An item that is no key opens nothing.
 */
export function apiKeyStore(table: Pick<Table, "get">): ApiKeyStore {
  return {
    find: async (keyId) => {
      const item = await table.get({ table: "config", pk: API_KEY_PARTITION, sk: keyId });
      return ApiKeyV1.safeParse(item).data;
    },
  };
}

export function keyUse(table: Pick<Table, "update">, missed: (error: unknown) => void): KeyUse {
  return {
    note: async ({ key_id, last_used_at }, nowMs) => {
      const sinceMs = nowMs - USE_INTERVAL_MS;
      if (last_used_at !== undefined && instantMs(last_used_at) > sinceMs) return;
      try {
        // Refused: it is gone, or another request was faster.
        await table.update({
          kind: "update",
          table: "config",
          pk: API_KEY_PARTITION,
          sk: key_id,
          update: "SET last_used_at = :now",
          condition:
            "attribute_exists(pk) AND (attribute_not_exists(last_used_at) OR last_used_at <= :since)",
          values: {
            ":now": new Date(nowMs).toISOString(),
            ":since": new Date(sinceMs).toISOString(),
          },
        });
      } catch (error) {
        // Nothing rests on it, and the next request notes it.
        missed(error);
      }
    },
  };
}

export function keyListing(table: Pick<Table, "query">): KeyListing {
  return {
    page: async ({ tenant_id, shows, limit, after }) => {
      const page = await table.query({
        ...EVERY_KEY,
        ...(tenant_id === undefined ? {} : { filter: ofTenant(tenant_id) }),
        after: after === undefined ? undefined : { pk: API_KEY_PARTITION, sk: after },
      });
      const shown = page.items.flatMap(readableKey).filter(shows);
      const items = shown.slice(0, limit);
      const next = shown.length > limit ? items.at(-1)?.key_id : page.next?.sk;
      return { items, ...(next === undefined ? {} : { next: String(next) }) };
    },
  };
}

function ofTenant(tenant_id: TenantBinding) {
  return {
    condition: "#tenant = :tenant",
    names: { "#tenant": "tenant_id" },
    values: { ":tenant": tenant_id },
  };
}

/** What cannot be read opens nothing, and is no key. */
function readableKey(item: Item): ListedApiKey[] {
  const key = ApiKeyV1.safeParse(item);
  return key.success ? [listedKey(key.data)] : [];
}
