import { HttpError } from "../http/errors.ts";
import type { ApiKeyStore } from "../keys/key-store.ts";
import { verifyApiKey } from "../keys/verify.ts";
import type { Credential } from "./credential.ts";
import type { TokenVerifier } from "./tokens.ts";

export interface Authentication {
  readonly keys: ApiKeyStore;
  /** Absent: no user pool is configured, and no token is accepted. */
  readonly tokens?: TokenVerifier;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/** Finds out who is asking; throws a 401 that does not say what was wrong. */
export async function authenticate(
  headers: Headers,
  { keys, tokens }: Authentication,
): Promise<Credential> {
  const apiKey = headers.get("x-api-key");
  const authorization = headers.get("authorization");
  if (apiKey !== null && authorization !== null) {
    throw new HttpError("UNAUTHENTICATED", "Send either X-Api-Key or Authorization, not both.");
  }
  const credential =
    apiKey === null ? await fromToken(authorization, tokens) : await verifyApiKey(apiKey, keys);
  if (credential === undefined) {
    throw new HttpError("UNAUTHENTICATED", "A valid API key or bearer token is needed.");
  }
  return credential;
}

async function fromToken(
  authorization: string | null,
  tokens: TokenVerifier | undefined,
): Promise<Credential | undefined> {
  const token = BEARER.exec(authorization ?? "")?.[1];
  return token === undefined ? undefined : tokens?.verify(token);
}
