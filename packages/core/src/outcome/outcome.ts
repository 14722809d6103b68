import canonicalize from "canonicalize";
import {
  type ClosingDetailType,
  OUTCOME_DETAIL_TYPE,
  type OutcomeDetailType,
  SCHEMA_VERSION,
} from "../contract.ts";
import { type DecisionRecord, LEDGER_ONLY } from "../decision/decision.ts";

/** An event ready to be sent, the same to the byte each time it is made from the same record. */
export interface GateEvent {
  readonly detailType: OutcomeDetailType | ClosingDetailType;
  /** JSON text. */
  readonly detail: string;
}

/** The event of a recorded decision. */
export interface Outcome extends GateEvent {
  readonly detailType: OutcomeDetailType;
}

/**
 * Makes the outcome of a recorded decision. Everything but the intent comes from the record, in
 * RFC 8785 form, whatever order the store returned it in.
 *
 * @param canonicalIntent the intent's data in RFC 8785 form, or `null` when it was not valid
 */
export function outcomeOf(record: DecisionRecord, canonicalIntent: string | null): Outcome {
  const metadata = {
    event_id: record.decision_id,
    schema_version: SCHEMA_VERSION,
    occurred_at: record.decided_at,
    trace_id: record.trace_id,
    causation_id: record.causation_id,
  };
  const data = Object.fromEntries(
    Object.entries(record).filter(([name]) => !Object.hasOwn(LEDGER_ONLY, name)),
  );
  return {
    detailType: OUTCOME_DETAIL_TYPE[record.decision],
    detail: detailOf(metadata, data, record.facts === null ? null : canonicalIntent),
  };
}

/** JSON text of an event: all in RFC 8785 form, with the intent's data at the end. */
export function detailOf(metadata: object, data: object, canonicalIntent: string | null): string {
  const dataWithIntent = `${canonicalText(data).slice(0, -1)},"intent":${canonicalIntent}}`;
  return `{"metadata":${canonicalText(metadata)},"data":${dataWithIntent}}`;
}

function canonicalText(value: object): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("A record always has a JSON form.");
  return text;
}
