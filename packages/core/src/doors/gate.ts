/** The gate itself: deciding, recomputing, decisions and their outcomes. Pure. */

export { type Decision, DecisionRecord, LEDGER_ONLY, RecordFields } from "../decision/decision.ts";
export { decide, decideInvalid } from "../gate/decide.ts";
export { decideNow } from "../gate/decide-now.ts";
export { type ReceivedIntent, recordOf } from "../gate/received.ts";
export { recompute } from "../gate/recompute.ts";
export type { Snapshot, StoredFacts } from "../gate/snapshot.ts";
export { type GateEvent, type Outcome, outcomeOf } from "../outcome/outcome.ts";
export { OUTCOME_DETAILS } from "../outcome/schema.ts";
