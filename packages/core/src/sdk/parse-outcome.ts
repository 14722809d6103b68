import * as z from "zod";
import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE, SCHEMA_VERSION } from "../contract.ts";
import type { InputIssue } from "../intent/json-bounds.ts";
import { OUTCOME_DETAILS } from "../outcome/schema.ts";

const ENVELOPE = { id: z.string().optional(), source: z.literal(OUTCOME_SOURCE) };

/** An outcome as EventBridge delivers it. Narrow it by its `detail-type`. */
export const OutcomeEvent = z.discriminatedUnion("detail-type", [
  outcomeEvent(OUTCOME_DETAIL_TYPE.AUTO_EXECUTE),
  outcomeEvent(OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL),
  outcomeEvent(OUTCOME_DETAIL_TYPE.BLOCK),
]);
export type OutcomeEvent = z.infer<typeof OutcomeEvent>;

export type AutoApprovedEvent = Extract<OutcomeEvent, { "detail-type": "ActionAutoApproved" }>;
export type ApprovalRequiredEvent = Extract<
  OutcomeEvent,
  { "detail-type": "ActionApprovalRequired" }
>;
export type BlockedEvent = Extract<OutcomeEvent, { "detail-type": "ActionBlocked" }>;

export type OutcomeErrorCode =
  /** Not JSON, or not an event at all. */
  | "MALFORMED"
  /** An event of another source or detail-type: a rule lets more through than it should. */
  | "UNEXPECTED_EVENT"
  /** An outcome of a later version of the contract. */
  | "UNSUPPORTED_VERSION"
  /** Says that it is an outcome and is not one. */
  | "INVALID_OUTCOME";

/** A message that no retry turns into an outcome: put it aside for a person. */
export class OutcomeError extends Error {
  override readonly name = "OutcomeError";
  readonly code: OutcomeErrorCode;
  /** For INVALID_OUTCOME and MALFORMED: everything wrong with it. */
  readonly issues: readonly InputIssue[];

  constructor(code: OutcomeErrorCode, message: string, issues: readonly InputIssue[] = []) {
    super(message);
    this.code = code;
    this.issues = issues;
  }
}

const Envelope = z.looseObject({
  source: z.string(),
  "detail-type": z.string(),
  detail: z.looseObject({ metadata: z.looseObject({ schema_version: z.unknown() }).optional() }),
});

/** An SQS record as Lambda gets it, and a message as ReceiveMessage returns it. */
const Carrier = z.union([
  z.looseObject({ body: z.string() }).transform(({ body }) => body),
  z.looseObject({ Body: z.string() }).transform(({ Body }) => Body),
  z.string(),
]);

/**
 * Reads an outcome: an EventBridge event, its JSON text, or the SQS record or message that carries
 * it. Fields this version does not know are kept. Throws OutcomeError.
 */
export function parseOutcome(sqsOrEventBridgeEvent: unknown): OutcomeEvent {
  const carrier = Carrier.safeParse(sqsOrEventBridgeEvent);
  const event = carrier.success ? parseJson(carrier.data) : sqsOrEventBridgeEvent;
  const envelope = Envelope.safeParse(event);
  if (!envelope.success) {
    throw new OutcomeError("MALFORMED", "This is not an EventBridge event.", issuesOf(envelope));
  }
  const { source, "detail-type": detailType, detail } = envelope.data;
  if (source !== OUTCOME_SOURCE || !Object.hasOwn(OUTCOME_DETAILS, detailType)) {
    throw new OutcomeError(
      "UNEXPECTED_EVENT",
      `This is not an outcome of ${OUTCOME_SOURCE}, but ${detailType} of ${source}.`,
    );
  }
  if (detail.metadata !== undefined && detail.metadata.schema_version !== SCHEMA_VERSION) {
    throw new OutcomeError(
      "UNSUPPORTED_VERSION",
      `This reads schema_version "${SCHEMA_VERSION}", not ${JSON.stringify(detail.metadata.schema_version)}.`,
    );
  }
  const outcome = OutcomeEvent.safeParse(event);
  if (outcome.success) return outcome.data;
  const issues = issuesOf(outcome);
  const found = issues.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new OutcomeError("INVALID_OUTCOME", `This is not a valid ${detailType}: ${found}`, issues);
}

function outcomeEvent<Type extends keyof typeof OUTCOME_DETAILS>(detailType: Type) {
  return z.looseObject({
    ...ENVELOPE,
    "detail-type": z.literal(detailType),
    detail: OUTCOME_DETAILS[detailType],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OutcomeError("MALFORMED", "This is not JSON.");
  }
}

function issuesOf({ error }: { readonly error?: z.ZodError }): InputIssue[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
}
