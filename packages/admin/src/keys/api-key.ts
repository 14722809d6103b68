import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type {
  ApiKeyV1,
  KeyId,
  Limits,
  PrincipalKind,
  Roles,
  TenantBinding,
} from "@autonomy-gate/core/access";

/** 64 random bits that name a key; not a secret. */
const KEY_ID_BYTES = 8;
/** 256 random bits: nothing to guess, so a plain SHA-256 of the key is enough to store. */
const SECRET_BYTES = 32;

/** `agk_<key id>_<secret>`, the secret in base64url. */
const API_KEY = /^agk_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** What whoever makes a key decides. */
export interface KeyTerms extends Limits {
  readonly tenant_id: TenantBinding;
  readonly roles: Roles;
  readonly name?: string | undefined;
  /** Default SERVICE. */
  readonly kind?: PrincipalKind | undefined;
  /** ISO instant from which on the key is refused; absent: it never expires. */
  readonly expires_at?: string | undefined;
}

/** Who makes a key, and when. */
export interface Making {
  readonly created_by: string;
  readonly created_at: string;
}

/** A key just made; `api_key` is shown this once and stored nowhere. */
export interface MadeKey {
  readonly api_key: string;
  readonly stored: ApiKeyV1;
}

/** A new key. Any number may live at once, for rotation. */
export function makeKey(terms: KeyTerms, making: Making): MadeKey {
  const { key_id, api_key } = newApiKey();
  const { tenant_id, roles, name, kind = "SERVICE", account_ids, action_types, expires_at } = terms;
  return {
    api_key,
    stored: {
      key_id,
      sha256: digestOf(api_key),
      tenant_id,
      roles,
      ...(name === undefined ? {} : { name }),
      kind,
      ...(account_ids === undefined ? {} : { account_ids }),
      ...(action_types === undefined ? {} : { action_types }),
      ...making,
      ...(expires_at === undefined ? {} : { expires_at }),
    },
  };
}

/** The text of a new key, and its id. */
export function newApiKey(): { readonly key_id: KeyId; readonly api_key: string } {
  const key_id = randomBytes(KEY_ID_BYTES).toString("hex");
  return { key_id, api_key: `agk_${key_id}_${randomBytes(SECRET_BYTES).toString("base64url")}` };
}

/** The id in a text of a key's form. */
export function keyIdOf(apiKey: string): KeyId | undefined {
  return API_KEY.exec(apiKey)?.[1];
}

/** SHA-256 of a key, as stored. */
function digestOf(apiKey: string): string {
  return createHash("sha256").update(apiKey, "utf8").digest("hex");
}

/** Whether a key has a digest, in a time that does not depend on where they differ. */
export function hasDigest(apiKey: string, sha256: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(apiKey)), Buffer.from(sha256));
}
