import { type ApiKeyV1, rolesOf } from "@autonomy-gate/core/access";
import { instantMs } from "@autonomy-gate/core/day";
import type { Credential } from "../auth/credential.ts";
import { hasDigest, keyIdOf } from "./api-key.ts";
import type { ApiKeyStore } from "./key-store.ts";

/** Compared with when there is no such key, so that the answer takes as long. */
const NO_DIGEST = "0".repeat(64);

/** The stored key of a text; `undefined` when it is not one, is revoked or has expired. */
export async function verifyApiKey(
  apiKey: string,
  keys: ApiKeyStore,
  nowMs: number,
): Promise<ApiKeyV1 | undefined> {
  const keyId = keyIdOf(apiKey);
  if (keyId === undefined) return undefined;
  const stored = await keys.find(keyId);
  const matches = hasDigest(apiKey, stored?.sha256 ?? NO_DIGEST);
  if (stored === undefined || !matches) return undefined;
  const { revoked_at, expires_at } = stored;
  const expired = expires_at !== undefined && instantMs(expires_at) <= nowMs;
  return revoked_at !== undefined || expired ? undefined : stored;
}

export function credentialOf(key: ApiKeyV1): Credential {
  const { key_id, kind, tenant_id, account_ids, action_types } = key;
  return {
    actor: `key:${key_id}`,
    kind,
    roles: rolesOf(key),
    tenant: tenant_id,
    limits: {
      ...(account_ids === undefined ? {} : { account_ids }),
      ...(action_types === undefined ? {} : { action_types }),
    },
  };
}
