import type { Credential } from "../auth/credential.ts";
import { hasDigest, keyIdOf } from "./api-key.ts";
import type { ApiKeyStore } from "./key-store.ts";

/** Compared with when there is no such key, so that the answer takes as long. */
const NO_DIGEST = "0".repeat(64);

/** The credential of a key; `undefined` when it is not one, or is revoked. */
export async function verifyApiKey(
  apiKey: string,
  keys: ApiKeyStore,
): Promise<Credential | undefined> {
  const keyId = keyIdOf(apiKey);
  if (keyId === undefined) return undefined;
  const stored = await keys.find(keyId);
  const matches = hasDigest(apiKey, stored?.sha256 ?? NO_DIGEST);
  if (stored === undefined || !matches || stored.revoked_at !== undefined) return undefined;
  return { actor: `key:${stored.key_id}`, role: stored.role, tenant: stored.tenant_id };
}
