import type { TableNames } from "@autonomy-gate/core/adapters";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { StackFile } from "./stack-file.ts";

/** Ordinary AWS clients that talk to a local stack. */
export interface StackClients {
  readonly dynamodb: DynamoDBClient;
  readonly documents: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  /** Lets go of every connection. */
  destroy(): void;
}

type Endpoints = Pick<StackFile, "region" | "credentials"> & {
  readonly [service in "dynamodb" | "sqs" | "events"]: { readonly endpoint: string };
};

const SECOND_MS = 1_000;

/** Nothing waits for ever for an endpoint that hangs. Generous: the machine may be busy. */
export const LOCAL_REQUESTS = requestsWithin(10 * SECOND_MS);

/** A receive waits 20 s at most before it answers. */
const SQS_REQUESTS = requestsWithin(30 * SECOND_MS);

function requestsWithin(requestMsMax: number) {
  return {
    requestHandler: {
      connectionTimeout: 2 * SECOND_MS,
      requestTimeout: requestMsMax,
      socketTimeout: requestMsMax,
      throwOnRequestTimeout: true,
    },
  };
}

export function connect({ region, credentials, dynamodb, sqs, events }: Endpoints): StackClients {
  // A copy: the SDK writes a mark of its own into the credentials it is given.
  const shared = { region, credentials: { ...credentials } };
  const clients = {
    dynamodb: new DynamoDBClient({ ...shared, ...LOCAL_REQUESTS, endpoint: dynamodb.endpoint }),
    sqs: new SQSClient({ ...shared, ...SQS_REQUESTS, endpoint: sqs.endpoint }),
    events: new EventBridgeClient({ ...shared, ...LOCAL_REQUESTS, endpoint: events.endpoint }),
  };
  return {
    ...clients,
    documents: DynamoDBDocumentClient.from(clients.dynamodb),
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** The names of a stack's tables: the stack file spells them its own way. */
export function tableNames({ dynamodb: { tables } }: Pick<StackFile, "dynamodb">): TableNames {
  const { budget_state: budgetState, ...rest } = tables;
  return { ...rest, budgetState };
}

/** Environment variables by which the AWS SDK, in any process, finds a local stack. */
export function awsEnvironment(stack: StackFile): Record<string, string> {
  return {
    AWS_REGION: stack.region,
    AWS_ACCESS_KEY_ID: stack.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: stack.credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodb.endpoint,
    AWS_ENDPOINT_URL_SQS: stack.sqs.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: stack.events.endpoint,
  };
}

/** The consumer's own variables, as a deployment would set them. */
export function consumerEnvironment(stack: StackFile): Record<string, string> {
  const { config, budgetState, ledger } = tableNames(stack);
  return {
    AUTONOMY_CONFIG_TABLE_NAME: config,
    AUTONOMY_BUDGET_STATE_TABLE_NAME: budgetState,
    AUTONOMY_LEDGER_TABLE_NAME: ledger,
    AUTONOMY_EVENT_BUS_NAME: stack.events.bus,
    AUTONOMY_QUARANTINE_QUEUE_URL: stack.sqs.queues.quarantine,
  };
}
