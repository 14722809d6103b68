import { HttpError } from "../http/errors.ts";
import type { ApiKeyStore, KeyUse } from "../keys/key-store.ts";
import { credentialOf, verifyApiKey } from "../keys/verify.ts";
import type { Credential } from "./credential.ts";
import type { TokenVerifier } from "./tokens.ts";

export interface Authentication {
  readonly keys: ApiKeyStore;
  /** Absent: nobody notes when a key was used. */
  readonly keyUse?: KeyUse;
  /** Absent: no user pool is configured, and no token is accepted. */
  readonly tokens?: TokenVerifier;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/** Finds out who is asking; throws a 401 that does not say what was wrong. */
export async function authenticate(
  headers: Headers,
  authentication: Authentication,
  nowMs: number,
): Promise<Credential> {
  const apiKey = headers.get("x-api-key");
  const authorization = headers.get("authorization");
  if (apiKey !== null && authorization !== null) {
    throw new HttpError("UNAUTHENTICATED", "Send either X-Api-Key or Authorization, not both.");
  }
  const credential =
    apiKey === null
      ? await fromToken(authorization, authentication.tokens)
      : await fromKey(apiKey, authentication, nowMs);
  if (credential === undefined) {
    throw new HttpError("UNAUTHENTICATED", "A valid API key or bearer token is needed.");
  }
  return credential;
}

async function fromKey(
  apiKey: string,
  { keys, keyUse }: Authentication,
  nowMs: number,
): Promise<Credential | undefined> {
  const key = await verifyApiKey(apiKey, keys, nowMs);
  if (key === undefined) return undefined;
  // Not awaited: no request is slower for it, and it never throws.
  void keyUse?.note(key, nowMs);
  return credentialOf(key);
}

async function fromToken(
  authorization: string | null,
  tokens: TokenVerifier | undefined,
): Promise<Credential | undefined> {
  const token = BEARER.exec(authorization ?? "")?.[1];
  return token === undefined ? undefined : tokens?.verify(token);
}
