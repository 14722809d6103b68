import { type AutoApprovedEvent, OutcomeError, parseOutcome } from "@autonomy-gate/core/sdk";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { type OnceOptions, type OnceResult, once } from "./once.ts";

/** Carries an action out. Gets a key that is the same whenever the same action comes again. */
export type Execute = (action: AutoApprovedEvent, idempotencyKey: string) => Promise<void>;

export interface Phase4 {
  readonly documents: DynamoDBDocumentClient;
  readonly execute: Execute;
  readonly once: OnceOptions;
}

/** Phase 4 as a Lambda function on a queue behind the rule `auto-approved`. */
export function createHandler(phase4: Phase4) {
  return async (event: SQSEvent): Promise<SQSBatchResponse> => {
    const answers = await Promise.allSettled(
      event.Records.map(({ body }) => handleMessage(body, phase4)),
    );
    // What failed, and what somebody else is at, comes again; after maxReceiveCount it is a dead letter.
    const again = event.Records.filter((_, index) => {
      const answer = answers[index];
      return answer?.status !== "fulfilled" || answer.value === "in work";
    });
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

/** What became of a message: but for "in work" it may go. */
type Handled = OnceResult | "expired" | "ignored";

/** Executes the action of one message, once. Throws OutcomeError for what is no outcome. */
export async function handleMessage(body: string, phase4: Phase4): Promise<Handled> {
  const outcome = parseOutcome(body);
  switch (outcome["detail-type"]) {
    case "ActionAutoApproved": {
      const { expires_at } = outcome.detail.data.intent;
      if (hasExpired(expires_at, phase4.once.nowSeconds())) return "expired";
      // A real Phase 4 asks the kill switch here, too: the approval may be older than a stop.
      const work = (key: string) => phase4.execute(outcome, key);
      return once(phase4.documents, outcome.detail.metadata.event_id, work, phase4.once);
    }
    case "ActionApprovalRequired":
    case "ActionBlocked":
      // The rule should let none of these through; none of them may run.
      return "ignored";
    default:
      throw new OutcomeError("UNEXPECTED_EVENT", outcome satisfies never);
  }
}

/** An approval may come days after its decision: from the dead letters, for one. */
function hasExpired(expiresAt: string | undefined, nowSeconds: number): boolean {
  // The other way round, what cannot be read as a time would never expire.
  return expiresAt !== undefined && !(nowSeconds < Date.parse(expiresAt) / 1_000);
}
