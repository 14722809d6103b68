import { randomUUID } from "node:crypto";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod";
import { createBudget } from "./budget.ts";
import { readConfiguration } from "./configuration.ts";
import { createPolicy, type Verdict } from "./policy.ts";
import { PEER_TABLES } from "./tables.ts";

export interface PeerInput {
  readonly dynamodb: DynamoDB;
  readonly events: EventBridgeClient;
  readonly configTable: string;
  readonly busName: string;
}

const Body = z.object({ detail: z.object({ data: ActionIntentV1 }) });

/** Longer than any message can wait in the queue: 14 days. Powertools' default is one hour. */
const IDEMPOTENCY_SECONDS = 14 * 86_400;

const DETAIL_TYPES = {
  AUTO_EXECUTE: "ActionAutoApproved",
  REQUIRE_APPROVAL: "ActionApprovalRequired",
  BLOCK: "ActionBlocked",
} as const;

/** The gate as one would assemble it from libraries; see README.md for what is left as it comes. */
export function createPeerHandler({ dynamodb, events, configTable, busName }: PeerInput) {
  const documents = DynamoDBDocumentClient.from(dynamodb);
  const policy = createPolicy();
  const consume = createBudget(dynamodb);
  const config = new IdempotencyConfig({
    eventKeyJmesPath: "[tenant_id, account_id, action_intent_id]",
    expiresAfterSeconds: IDEMPOTENCY_SECONDS,
  });

  const decide = async (intent: ActionIntentV1) => {
    const { facts, dailyLimit } = await readConfiguration(documents, configTable, intent);
    const verdict = await policy(facts);
    const account = `${intent.tenant_id}#${intent.account_id}`;
    const settled: Verdict =
      verdict.decision === "AUTO_EXECUTE" && !(await consume(account, dailyLimit))
        ? { decision: "REQUIRE_APPROVAL", reason: "BUDGET_EXHAUSTED" }
        : { decision: verdict.decision, reason: verdict.reason };
    const decided = { decision_id: randomUUID(), ...settled, decided_at: new Date().toISOString() };
    await publish(events, busName, intent, decided);
    return decided;
  };

  const decideOnce = makeIdempotent(decide, {
    persistenceStore: new DynamoDBPersistenceLayer({
      tableName: PEER_TABLES.idempotency.name,
      awsSdkV3Client: dynamodb,
    }),
    config,
  });
  const processor = new BatchProcessor(EventType.SQS);
  const handleRecord = async (record: SQSRecord) => {
    const { detail } = Body.parse(JSON.parse(record.body));
    await decideOnce(detail.data);
  };
  return async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    config.registerLambdaContext(context);
    return processPartialResponse(event, handleRecord, processor, { context });
  };
}

interface Decided extends Verdict {
  readonly decision_id: string;
  readonly decided_at: string;
}

/** One PutEvents a record; a refused entry is an error, so that the message comes again. */
async function publish(
  events: EventBridgeClient,
  EventBusName: string,
  intent: ActionIntentV1,
  decided: Decided,
): Promise<void> {
  const { tenant_id, account_id, action_intent_id, action_type } = intent;
  const data = { tenant_id, account_id, action_intent_id, action_type, ...decided, intent };
  const metadata = { event_id: decided.decision_id, occurred_at: decided.decided_at };
  const reply = await events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName,
          Source: "autonomy.gate",
          DetailType: DETAIL_TYPES[decided.decision],
          Detail: JSON.stringify({ metadata, data }),
        },
      ],
    }),
  );
  if (reply.FailedEntryCount) {
    throw new Error(`PutEvents refused the entry: ${reply.Entries?.[0]?.ErrorCode}`);
  }
}
