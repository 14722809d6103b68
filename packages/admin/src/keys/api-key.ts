import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { Instant } from "@autonomy-gate/core/day";
import * as z from "zod";
import { Role, TenantBinding } from "../auth/credential.ts";

/** 64 random bits that name a key; not a secret. */
const KEY_ID_BYTES = 8;
/** 256 random bits: nothing to guess, so a plain SHA-256 of the key is enough to store. */
const SECRET_BYTES = 32;

export const KeyId = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits");
export type KeyId = z.infer<typeof KeyId>;

/** `agk_<key id>_<secret>`, the secret in base64url. */
const API_KEY = /^agk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** A key as stored: the digest of its text, never the text. */
export const StoredApiKey = z.object({
  key_id: KeyId,
  /** SHA-256 of the whole key, 64 hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  tenant_id: TenantBinding,
  role: Role,
  created_at: Instant,
  /** From then on the key is refused; kept so that audit entries still name a known key. */
  revoked_at: Instant.optional(),
});
export type StoredApiKey = z.infer<typeof StoredApiKey>;

/** A new key and its id. */
export function newApiKey(): { readonly key_id: KeyId; readonly api_key: string } {
  const key_id = randomBytes(KEY_ID_BYTES).toString("hex");
  return { key_id, api_key: `agk_${key_id}_${randomBytes(SECRET_BYTES).toString("base64url")}` };
}

/** The id in a text of a key's form. */
export function keyIdOf(apiKey: string): KeyId | undefined {
  return API_KEY.exec(apiKey)?.[1];
}

/** SHA-256 of a key, as stored. */
export function digestOf(apiKey: string): string {
  return createHash("sha256").update(apiKey, "utf8").digest("hex");
}

/** Whether a key has a digest, in a time that does not depend on where they differ. */
export function hasDigest(apiKey: string, sha256: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(apiKey)), Buffer.from(sha256));
}
