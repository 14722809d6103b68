import type { DecisionRecord } from "@autonomy-gate/core/gate";
import type { Attributes } from "@autonomy-gate/core/memory";
import { recordFrom } from "@autonomy-gate/core/store";
import { type ReferenceProposal, referenceProposal } from "@autonomy-gate/core/testing/reference";
import type { Commit } from "../dynamo/dynamo.ts";
import type { AppliedWrite } from "../dynamo/tables.ts";
import {
  configurations,
  decidedIntent,
  type Evidence,
  Violation,
  type Window,
} from "./evidence.ts";

/** The window a read may take, as the gate promises, with its clock's grain. */
export const READ_MS_MAX = 251;

/** A decision that was just recorded, with what it may have been taken on. */
export interface Recorded {
  /** As it is read back: what its item leaves out is in it. */
  readonly record: DecisionRecord;
  readonly commit: Commit;
  /** Virtual time at which its facts began to be read, by its writer's own clock. */
  readonly readMs: number;
  /** What the reference says of it, on each configuration it may have seen. */
  readonly answers: readonly ReferenceProposal[];
}

/** A decision's item read back. Throws Violation 11 when that cannot be done. */
export function readBack(item: Attributes | undefined): DecisionRecord {
  const stored = recordFrom(item);
  if (stored.status === "readable") return stored.value;
  throw new Violation(11, `A decision that cannot be read back: ${JSON.stringify(item)}`);
}

export function recordedBy(evidence: Evidence, write: AppliedWrite, commit: Commit): Recorded {
  const record = readBack(write.after);
  const { startEpochMs } = evidence.scenario;
  const decidedAtMs = Date.parse(String(record.decided_at));
  const readMs = decidedAtMs - startEpochMs - commit.process.skewMs;
  const automatic = record.decision === "AUTO_EXECUTE";
  const window: Window = {
    fromMs: readMs,
    toMs: readMs + READ_MS_MAX,
    ...(automatic ? { commitMs: commit.timeMs } : {}),
  };
  const answers = answersIn(evidence, record, window, decidedAtMs);
  return { record, commit, readMs, answers };
}

/** What the reference says of a decision, on each configuration read in a window. */
export function answersIn(
  evidence: Evidence,
  record: Attributes,
  window: Window,
  atMs: number,
): ReferenceProposal[] {
  const intent = decidedIntent(evidence, record);
  if (intent === undefined || !intent.content.valid) return [];
  const answers: ReferenceProposal[] = [];
  for (const itemAt of configurations(evidence, record, window)) {
    answers.push(referenceProposal(intent.content.data, itemAt, atMs));
  }
  return answers;
}
