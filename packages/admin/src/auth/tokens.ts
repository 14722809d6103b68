import type { Clock } from "@autonomy-gate/core/ports";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import { FetchError, JwtBaseError } from "aws-jwt-verify/error";
import type { Jwk } from "aws-jwt-verify/jwk";
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from "jose";
import * as z from "zod";
import { credentialFrom } from "./claims.ts";
import type { Credential } from "./credential.ts";

export interface TokenVerifier {
  /** `undefined`: the token proves nothing. Throws only when it could not be checked. */
  verify(token: string): Promise<Credential | undefined>;
}

/** Without an end a token would be a key that nobody can revoke; both verifiers let it pass. */
const Ending = z.looseObject({ sub: z.string(), exp: z.number() });

/** What a token's claims prove, once its signature and all that they say of it was verified. */
function proven(claims: unknown): Credential | undefined {
  return Ending.safeParse(claims).success ? credentialFrom(claims) : undefined;
}

/** A Cognito user pool. ID tokens only: they carry the tenant. */
export interface UserPool {
  readonly userPoolId: string;
  readonly clientIds: readonly string[];
  /** Its public keys, where they are known beforehand; else they are fetched from the pool. */
  readonly keySet?: { readonly keys: readonly Jwk[] };
}

/** Verifies the ID tokens of a Cognito user pool: RS256, issuer, audience, expiry, use. */
export function cognitoTokens({ userPoolId, clientIds, keySet }: UserPool): TokenVerifier {
  const verifier = CognitoJwtVerifier.create({
    userPoolId,
    clientId: [...clientIds],
    tokenUse: "id",
  });
  if (keySet !== undefined) verifier.cacheJwks({ keys: [...keySet.keys] });
  return {
    verify: async (token) => {
      try {
        return proven(await verifier.verify(token));
      } catch (error) {
        if (error instanceof JwtBaseError && !(error instanceof FetchError)) return undefined;
        throw error;
      }
    },
  };
}

/** An issuer whose public keys are known beforehand. */
export interface KeySetIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keySet: JSONWebKeySet;
}

/** Verifies tokens against a fixed key set: RS256 only, issuer, audience, expiry. */
export function keySetTokens(
  { issuer, audience, keySet }: KeySetIssuer,
  clock: Clock,
): TokenVerifier {
  const keys = createLocalJWKSet(keySet);
  return {
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms: ["RS256"],
          currentDate: new Date(clock.epochMs()),
        });
        return proven(payload);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
