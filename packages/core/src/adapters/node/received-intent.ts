import canonicalize from "canonicalize";
import type { ReceivedIntent } from "../../gate/received.ts";
import type { IntentRef } from "../../ids.ts";
import { intentContent } from "../../intent/content.ts";
import type { InputIssue } from "../../intent/json-bounds.ts";
import { decisionId, sha256 } from "./digest.ts";

/** An intent's data, with what came beside it. */
interface IntentSource {
  readonly data: unknown;
  /** Whose it is, as the data says. */
  readonly ref: IntentRef;
  /** What is fingerprinted instead of data that has no RFC 8785 form, or more than one. */
  readonly raw: string;
  /** Other readers may find another payload in the same text: it has no one form. */
  readonly isAmbiguous?: boolean;
  readonly traceIds?: Pick<ReceivedIntent, "trace_id" | "causation_id">;
  /** What was wrong beside the data. */
  readonly otherIssues?: readonly InputIssue[];
}

/** An intent as the gate takes it, and its data in RFC 8785 form; `null` when it has none. */
export function receivedIntent(source: IntentSource): {
  readonly received: ReceivedIntent;
  readonly canonical: string | null;
} {
  const { data, ref, raw, isAmbiguous = false, traceIds, otherIssues } = source;
  const canonical = isAmbiguous ? null : canonicalText(data);
  const { tenant_id, account_id, action_intent_id } = ref;
  const received = {
    tenant_id,
    account_id,
    action_intent_id,
    decision_id: decisionId(ref),
    fingerprint: sha256(canonical ?? raw),
    ...traceIds,
    content: intentContent(data, canonical, otherIssues),
  };
  return { received, canonical };
}

/** `null`: the data has no RFC 8785 form, so the intent cannot be valid. */
function canonicalText(data: unknown): string | null {
  try {
    return canonicalize(data) ?? null;
  } catch {
    return null;
  }
}
