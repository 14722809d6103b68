import type { DecisionRecord } from "../decision/decision.ts";
import { PermanentError } from "../errors.ts";
import type { ReceivedIntent } from "../gate/received.ts";
import type { Stored } from "../stored.ts";

/** What became of one intent. */
export type CommitResult =
  /** It has a decision; `adopted`: from an earlier delivery. */
  | { readonly status: "recorded"; readonly record: DecisionRecord; readonly adopted: boolean }
  /** It has a decision for another payload, which approves nothing for this one. */
  | { readonly status: "conflict"; readonly record: DecisionRecord; readonly adopted: true }
  /** It may or may not have a decision: the message has to come again. */
  | { readonly status: "failed"; readonly error: unknown };

/** What an intent makes of a decision that was recorded for it before. */
export function adopt(received: ReceivedIntent, existing: Stored<DecisionRecord>): CommitResult {
  if (existing.status !== "readable") {
    const error = new PermanentError("The intent's recorded decision cannot be read.");
    return { status: "failed", error };
  }
  const agrees = existing.value.fingerprint === received.fingerprint;
  return { status: agrees ? "recorded" : "conflict", record: existing.value, adopted: true };
}
