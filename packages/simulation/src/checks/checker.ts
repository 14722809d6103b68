import type { GateEvent } from "@autonomy-gate/core/gate";
import { addressText } from "@autonomy-gate/core/memory";
import type { FactsBatch, FactsRequest, QuarantinedMessage } from "@autonomy-gate/core/ports";
import type { Address } from "@autonomy-gate/core/store";
import type { SQSRecord } from "aws-lambda";
import type { Commit } from "../dynamo/dynamo.ts";
import type { AppliedWrite } from "../dynamo/tables.ts";
import type { SimProcess } from "../process.ts";
import {
  invariant1,
  invariant1OfClocks,
  invariant1OfDays,
  invariant2,
  invariant13,
} from "./budget-invariants.ts";
import { createCostCheck, type Meter } from "./costs.ts";
import { type Evidence, intentText, type Violation } from "./evidence.ts";
import {
  invariant3,
  invariant4,
  invariant5,
  invariant6,
  invariant7,
  invariant8,
  invariant8OfDeliveries,
  invariant9,
  invariant10,
  invariant11,
  invariant12,
  invariant14,
  invariant14OfWrites,
} from "./invariants.ts";
import {
  countAutomatic,
  type Measured,
  measureLag,
  newMeasured,
  type WideChanges,
} from "./measures.ts";
import { invariant16 } from "./permissiveness.ts";
import { type Recorded, readBack, recordedBy } from "./recorded.ts";

/** Watches a run from the outside and checks every invariant as things happen. */
export interface Checker {
  onCommit(commit: Commit): void;
  onRead(process: SimProcess, addresses: readonly Address[]): void;
  onBatch(process: SimProcess, records: readonly SQSRecord[]): void;
  onSent(process: SimProcess, outcome: GateEvent): void;
  onAccepted(outcome: GateEvent): void;
  onQuarantined(message: QuarantinedMessage): void;
  onDelete(records: readonly SQSRecord[]): void;
  onFailure(error: unknown): void;
  /** An administrator was told that the change of this request is in force. */
  onAcknowledged(requestId: string, nowMs: number): void;
  onFacts(requests: readonly FactsRequest[], replies: FactsBatch["replies"]): void;
  atEnd(left: { queued: number; dead: number }): void;
  /** From now on the run is metered, and 15 is checked. */
  meter(meter: Meter): void;
  /** How often each invariant was checked. */
  readonly checked: Map<number, number>;
  readonly measured: Measured;
}

/** Runs a check; what it finds ends the run, without passing through the gate's own code. */
type Check = (invariant: number, run: () => void) => void;

export function createChecker(
  evidence: Evidence,
  report: (violation: Violation) => void,
  nowMs: () => number,
): Checker {
  const checked = new Map<number, number>();
  const measured = newMeasured();
  const changes: WideChanges = new Map();
  const allowed = new Map<SimProcess, Set<string>>();
  let costs: ReturnType<typeof createCostCheck> | undefined;

  const check: Check = (invariant, run) => {
    checked.set(invariant, (checked.get(invariant) ?? 0) + 1);
    try {
      run();
    } catch (error) {
      if (!isViolation(error)) throw error;
      report(error);
    }
  };
  const checkKeys = (process: SimProcess, pks: readonly string[]) =>
    check(14, () => invariant14(allowed.get(process), process, pks));

  return {
    checked,
    measured,
    onCommit: (commit) => {
      noteChange(changes, commit);
      if (commit.writes.some(isDecision)) {
        checkKeys(commit.process, pksOf(commit.writes));
        checkDecisions(evidence, commit, check, (recorded) =>
          measureLag(measured, changes, recorded),
        );
      }
      for (const pk of ownersOf(commit)) check(2, () => invariant2(evidence, pk));
    },
    onRead: (process, addresses) => checkKeys(process, pksOf(addresses)),
    meter: (meter) => {
      costs = createCostCheck(evidence, meter);
    },
    onBatch: (process, records) => {
      costs?.onBatch();
      const pks = allowed.get(process) ?? new Set(["GLOBAL"]);
      allowed.set(process, pks);
      for (const pk of keysAllowedFor(evidence, records)) pks.add(pk);
      for (const record of records) check(8, () => invariant8OfDeliveries(evidence, record));
    },
    onSent: (_process, outcome) => check(5, () => invariant5(evidence, outcome)),
    onAccepted: (outcome) => {
      const known = evidence.details.size;
      check(4, () => invariant4(evidence, outcome));
      if (evidence.details.size === known) return;
      const sentMs = evidence.arrivals.get(intentText(JSON.parse(outcome.detail).data));
      if (sentMs !== undefined) measured.latenciesMs.push(nowMs() - sentMs);
    },
    onQuarantined: ({ body }) => evidence.quarantined.add(body),
    onDelete: (records) => {
      for (const { body } of records) check(9, () => invariant9(evidence, body));
      if (costs !== undefined) check(15, () => costs?.invariant15(records));
    },
    onFailure: (error) => check(10, () => invariant10(error)),
    onAcknowledged: (requestId, acknowledgedMs) => {
      const change = changes.get(requestId);
      if (change === undefined) return;
      const known = evidence.acknowledged.get(change.key) ?? [];
      known.push({ changedMs: change.changedMs, acknowledgedMs });
      evidence.acknowledged.set(change.key, known);
    },
    onFacts: (requests, replies) => check(16, () => invariant16(evidence, requests, replies)),
    atEnd: (left) => check(6, () => invariant6(evidence, left)),
  };
}

/** A commit's decisions, each counted before any is judged: they were made at once. */
function checkDecisions(
  evidence: Evidence,
  commit: Commit,
  check: Check,
  onAutomatic: (recorded: Recorded) => void,
): void {
  const decisions = commit.writes.filter(isDecision);
  const openDays = new Map(
    commit.writes.filter(({ sk }) => sk === CURRENT_SK).map(({ pk, before }) => [pk, before]),
  );
  for (const write of decisions) {
    check(3, () => invariant3(write));
    check(11, () => {
      const record = readBack(write.after);
      evidence.decisions.set(intentText(record), record);
    });
    countAutomatic(evidence, write);
  }
  check(14, () => invariant14OfWrites(commit));
  for (const write of decisions) {
    const recorded = recordedBy(evidence, write, commit);
    check(7, () => invariant7(evidence, recorded));
    check(12, () => invariant12(evidence, recorded));
    check(1, () => invariant1(evidence, recorded));
    check(1, () => invariant1OfDays(recorded, openDays));
    check(1, () => invariant1OfClocks(recorded));
    check(8, () => invariant8(recorded));
    check(11, () => invariant11(recorded));
    check(13, () => invariant13(evidence, recorded));
    onAutomatic(recorded);
  }
}

const CURRENT_SK = "BUDGET_STATE#CURRENT";

function isDecision({ sk }: AppliedWrite): boolean {
  return sk.startsWith("DECISION#");
}

/** Remembers which change an audit entry is of, to know it again when it is acknowledged. */
function noteChange(changes: WideChanges, { writes, timeMs }: Commit): void {
  const audit = writes.find(({ sk }) => sk.startsWith("AUDIT#"))?.after;
  const object = writes.find(({ table }) => table === "config");
  if (audit === undefined || object === undefined) return;
  changes.set(String(audit.request_id), { key: addressText(object), changedMs: timeMs });
}

/** Whose budgets a commit may have touched. */
function ownersOf({ writes }: Commit): Set<string> {
  const counted = writes.filter(({ table }) => table !== "config");
  return new Set(pksOf(counted).filter((pk) => pk !== "GLOBAL"));
}

function keysAllowedFor({ byBody }: Evidence, records: readonly SQSRecord[]): string[] {
  return records.flatMap(({ body }) => {
    const content = byBody.get(body)?.content;
    if (content?.kind !== "intent") return [];
    const tenant = `TENANT#${content.tenant_id}`;
    return [tenant, `${tenant}#ACCOUNT#${content.account_id}`];
  });
}

function pksOf(addresses: readonly Address[]): string[] {
  return addresses.map(({ pk }) => pk);
}

function isViolation(error: unknown): error is Violation {
  return error instanceof Error && error.name === "Violation";
}
