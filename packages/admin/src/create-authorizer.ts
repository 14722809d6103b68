import { createDynamoClient, dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import type { Clock } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { type Authentication, authenticate } from "./auth/authenticate.ts";
import { cognitoTokens } from "./auth/tokens.ts";
import { AWS_REQUESTS } from "./aws-ports.ts";
import type { AuthorizerConfig } from "./environment/authorizer-config.ts";
import { HttpError } from "./http/errors.ts";
import { apiKeyStore } from "./keys/key-store.ts";
import { remembering } from "./remembering-authorizer.ts";

/** API Gateway's simple response of a Lambda authorizer. */
interface Authorization {
  readonly isAuthorized: boolean;
}

export type Authorizer = (event: unknown) => Promise<Authorization>;

const Event = z.object({
  headers: z.record(z.string(), z.string()).nullish().catch(undefined),
});

/**
 * Lets calls pass that carry a credential. It decides nothing else: the API itself looks at the
 * credential again, and at the tenant and role.
 */
export function authorizerOn(
  authentication: Authentication,
  clock: Pick<Clock, "epochMs"> = systemClock(),
): Authorizer {
  return async (event) => {
    try {
      await authenticate(new Headers(credentialHeaders(event)), authentication, clock.epochMs());
      return { isAuthorized: true };
    } catch (error) {
      if (error instanceof HttpError || error instanceof TypeError) return { isAuthorized: false };
      throw error;
    }
  };
}

function credentialHeaders(event: unknown): [name: string, value: string][] {
  const headers = Event.safeParse(event).data?.headers ?? {};
  const wanted = ["x-api-key", "authorization"];
  return Object.entries(headers).filter(([name]) => wanted.includes(name.toLowerCase()));
}

/** Builds the authorizer on AWS's clients. */
export function createAuthorizer({ configTable, userPool }: AuthorizerConfig): Authorizer {
  const authorizer = authorizerOn({
    keys: apiKeyStore(dynamoTable(createDynamoClient(AWS_REQUESTS), { config: configTable })),
    tokens: cognitoTokens(userPool),
  });
  return remembering(authorizer, (event) => credentialHeaders(event).flat(), systemClock());
}
