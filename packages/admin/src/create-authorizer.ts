import { createDocumentClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerResult,
} from "aws-lambda";
import { authenticate } from "./auth/authenticate.ts";
import { cognitoTokens } from "./auth/tokens.ts";
import type { AuthorizerConfig } from "./authorizer-config.ts";
import { HttpError } from "./http/errors.ts";
import { dynamoApiKeys } from "./keys/key-store.ts";

/** A Lambda authorizer of an HTTP API, format 2.0, simple responses. */
export type Authorizer = (
  event: Pick<APIGatewayRequestAuthorizerEventV2, "headers">,
) => Promise<APIGatewaySimpleAuthorizerResult>;

/** A few quick attempts: API Gateway and a caller wait. */
const REQUESTS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

/**
 * Lets through who carries a usable credential, before the API's function is asked. The function
 * looks for itself who it is and what they may do.
 */
export function createAuthorizer({ configTable, userPool }: AuthorizerConfig): Authorizer {
  const authentication = {
    keys: dynamoApiKeys(createDocumentClient(REQUESTS), configTable),
    tokens: cognitoTokens(userPool),
  };
  return async ({ headers = {} }) => {
    const present = Object.entries(headers).filter(
      (header): header is [string, string] => header[1] !== undefined,
    );
    try {
      await authenticate(new Headers(present), authentication);
      return { isAuthorized: true };
    } catch (error) {
      if (error instanceof HttpError) return { isAuthorized: false };
      throw error;
    }
  };
}
