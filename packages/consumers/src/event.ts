import { SCHEMA_VERSION } from "@autonomy-gate/core/contract";
import {
  type ExactJson,
  FLAW_MESSAGES,
  type InputIssue,
  issuesOf,
  type JsonFlaw,
  parseExactJson,
} from "@autonomy-gate/core/intent";
import type { QuarantineCode } from "@autonomy-gate/core/ports";
import type { SQSRecord } from "aws-lambda";
import * as z from "zod";

/** A message that no retry can help. */
export interface Refused {
  readonly kind: "refused";
  readonly errorCode: QuarantineCode;
  /** What is wrong, without any value from the message. */
  readonly errorDetail: string;
}

/** A message for quarantine. */
export type RefusedMessage = Refused & { readonly record: SQSRecord };

const Envelope = z.looseObject({
  id: z.string().optional(),
  source: z.string(),
  "detail-type": z.string(),
  detail: z.looseObject({
    metadata: z.unknown().optional(),
    data: z.unknown().optional(),
  }),
});
type Envelope = z.infer<typeof Envelope>;

const Versioned = z.looseObject({ schema_version: z.unknown() });

/** Reads the EventBridge event in an SQS body, with what is ambiguous in its detail. Never throws. */
export function readEnvelope(
  body: string,
): { kind: "event"; envelope: Envelope; flaws: readonly JsonFlaw[] } | Refused {
  let event: ExactJson;
  try {
    event = parseExactJson(body);
  } catch {
    return refused("MALFORMED_MESSAGE", "The body is not JSON.");
  }
  const { flaws } = event;
  const doubtful = flaws.filter((flaw) => !isInDetail(flaw) || flaw.path.length === 2);
  if (doubtful.length > 0) {
    const places = doubtful.map(({ kind, path }) => `${path.join(".")}: ${FLAW_MESSAGES[kind]}`);
    return refused("MALFORMED_MESSAGE", `The body is ambiguous: ${places.join("; ")}`);
  }
  const envelope = Envelope.safeParse(event.value);
  if (envelope.success) return { kind: "event", envelope: envelope.data, flaws };
  const issues = issuesOf(envelope.error, "event").map(sentence).join("; ");
  return refused("MALFORMED_MESSAGE", `The body is not an EventBridge event: ${issues}`);
}

/** Why an event is not the one expected, if it is not. */
export function unexpectedEvent(
  envelope: Envelope,
  { sources, detailType }: { readonly sources: readonly string[]; readonly detailType: string },
): Refused | undefined {
  if (!sources.includes(envelope.source)) {
    return refused("UNEXPECTED_EVENT", `source must be one of: ${sources.join(", ")}`);
  }
  if (envelope["detail-type"] !== detailType) {
    return refused("UNEXPECTED_EVENT", `detail-type must be ${detailType}`);
  }
  const versioned = Versioned.safeParse(envelope.detail.metadata);
  const version = versioned.success ? versioned.data.schema_version : undefined;
  if (version !== undefined && version !== null && version !== SCHEMA_VERSION) {
    return refused("UNSUPPORTED_VERSION", `metadata.schema_version must be "${SCHEMA_VERSION}"`);
  }
  return undefined;
}

/** Flaws beside the detail's metadata and data make it doubtful which event this is at all. */
function isInDetail({ path: [first, second] }: JsonFlaw): boolean {
  return first === "detail" && (second === "data" || second === "metadata");
}

/** With its path from the detail on. */
export function issueOf({ kind, path: [, ...inDetail] }: JsonFlaw): InputIssue {
  return { path: inDetail.join("."), message: FLAW_MESSAGES[kind] };
}

export function unusableIds(issues: readonly InputIssue[]): Refused {
  return refused("UNUSABLE_IDS", issues.map(sentence).join("; "));
}

function sentence({ path, message }: InputIssue): string {
  return `${path}: ${message}`;
}

const DETAIL_LENGTH_MAX = 512;

export function refused(errorCode: QuarantineCode, detail: string): Refused {
  const printable = detail.replace(/[^\x20-\x7e]/g, "?").slice(0, DETAIL_LENGTH_MAX);
  return { kind: "refused", errorCode, errorDetail: printable };
}
