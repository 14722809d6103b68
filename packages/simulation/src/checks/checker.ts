import type { Outcome } from "@autonomy-gate/core/outcome/outcome";
import type { FactsReply, FactsRequest, QuarantinedMessage } from "@autonomy-gate/core/ports";
import type { SQSRecord } from "aws-lambda";
import type { Commit } from "../dynamo/dynamo.ts";
import { type Address, type AppliedWrite, addressText } from "../dynamo/tables.ts";
import type { SimProcess } from "../process.ts";
import { createCostCheck, type Meter } from "./costs.ts";
import { type Evidence, intentText, type Violation } from "./evidence.ts";
import {
  invariant1,
  invariant1OfDays,
  invariant2,
  invariant3,
  invariant4,
  invariant5,
  invariant6,
  invariant7,
  invariant8,
  invariant9,
  invariant10,
  invariant11,
  invariant12,
  invariant13,
  invariant14,
  invariant14OfWrites,
  recordedBy,
} from "./invariants.ts";
import { invariant16 } from "./permissiveness.ts";

/** Watches a run from the outside and checks every invariant as things happen. */
export interface Checker {
  onCommit(commit: Commit): void;
  onRead(process: SimProcess, addresses: readonly Address[]): void;
  onBatch(process: SimProcess, records: readonly SQSRecord[]): void;
  onSent(process: SimProcess, outcome: Outcome): void;
  onAccepted(outcome: Outcome): void;
  onQuarantined(message: QuarantinedMessage): void;
  onDelete(records: readonly SQSRecord[]): void;
  onFailure(error: unknown): void;
  /** An administrator was told that the change of this request is in force. */
  onAcknowledged(requestId: string, nowMs: number): void;
  onFacts(requests: readonly FactsRequest[], replies: readonly FactsReply[]): void;
  atEnd(left: { queued: number; dead: number }): void;
  /** From now on the run is metered, and 15 is checked. */
  meter(meter: Meter): void;
  /** How often each invariant was checked. */
  readonly checked: Map<number, number>;
  readonly measured: Measured;
}

/** What is only bounded, and so measured. */
export interface Measured {
  /** Longest time after a tenant's or global change that something automatic committed without it. */
  wideLagMs: number;
  /** The same up to the sending of the commit: without what the network delayed. */
  wideLagToSendMs: number;
  automatic: number;
  decisions: number;
  /** From a message's arrival to the first acceptance of its event. */
  readonly latenciesMs: number[];
}

export function createChecker(
  evidence: Evidence,
  report: (violation: Violation) => void,
  nowMs: () => number,
): Checker {
  const checked = new Map<number, number>();
  const measured: Measured = {
    wideLagMs: 0,
    wideLagToSendMs: 0,
    automatic: 0,
    decisions: 0,
    latenciesMs: [],
  };
  const changes = new Map<string, { key: string; changedMs: number }>();
  const allowed = new Map<SimProcess, Set<string>>();
  let costs: ReturnType<typeof createCostCheck> | undefined;

  /** Runs a check; what it throws ends the run, without passing through the gate's own code. */
  function check(invariant: number, run: () => void): void {
    checked.set(invariant, (checked.get(invariant) ?? 0) + 1);
    try {
      run();
    } catch (error) {
      if (!isViolation(error)) throw error;
      report(error);
    }
  }

  function count({ after, pk }: AppliedWrite): void {
    if (after?.decision !== "AUTO_EXECUTE") return;
    const days = evidence.days.get(pk) ?? new Map();
    evidence.days.set(pk, days);
    const day = String(after.date_key);
    const counted = days.get(day) ?? { total: 0, byType: new Map<string, number>() };
    days.set(day, counted);
    counted.total += 1;
    const type = String(after.action_type);
    counted.byType.set(type, (counted.byType.get(type) ?? 0) + 1);
  }

  function onDecisions(commit: Commit, decisions: readonly AppliedWrite[]): void {
    const [openWrite] = commit.writes.filter(({ sk }) => sk === "BUDGET_STATE#CURRENT");
    for (const write of decisions) {
      check(3, () => invariant3(write));
      if (write.after !== undefined) evidence.decisions.set(intentText(write.after), write.after);
      count(write);
    }
    check(14, () => invariant14(allowed.get(commit.process), commit.process, pksOf(commit)));
    check(14, () => invariant14OfWrites(commit));
    for (const write of decisions) {
      const recorded = recordedBy(evidence, write, commit);
      measured.decisions += 1;
      check(7, () => invariant7(evidence, recorded));
      check(12, () => invariant12(evidence, recorded));
      check(1, () => invariant1(evidence, recorded));
      check(1, () => invariant1OfDays(recorded, openWrite?.before?.date_key));
      check(8, () => invariant8(recorded));
      check(11, () => invariant11(recorded));
      check(13, () => invariant13(evidence, recorded));
      if (recorded.record.decision === "AUTO_EXECUTE") measure(write, commit, recorded.readMs);
    }
  }

  function measure(write: AppliedWrite, commit: Commit, readMs: number): void {
    measured.automatic += 1;
    const tenant = `TENANT#${write.after?.tenant_id}`;
    for (const { key, changedMs } of changes.values()) {
      const wide = key.startsWith("config|GLOBAL|") || key.startsWith(`config|${tenant}|`);
      if (!wide || changedMs < readMs || changedMs > commit.timeMs) continue;
      measured.wideLagMs = Math.max(measured.wideLagMs, commit.timeMs - changedMs);
      const toSend = commit.sentAtMs - changedMs;
      measured.wideLagToSendMs = Math.max(measured.wideLagToSendMs, toSend);
    }
  }

  function noteChange({ writes, timeMs }: Commit): void {
    const audit = writes.find(({ sk }) => sk.startsWith("AUDIT#"))?.after;
    const object = writes.find(({ table }) => table === "config");
    if (audit === undefined || object === undefined) return;
    changes.set(String(audit.request_id), { key: addressText(object), changedMs: timeMs });
  }

  return {
    checked,
    measured,
    onCommit: (commit) => {
      const decisions = commit.writes.filter(({ sk }) => sk.startsWith("DECISION#"));
      if (decisions.length > 0) onDecisions(commit, decisions);
      noteChange(commit);
      const pks = new Set(
        commit.writes.filter(({ table }) => table !== "config").map(({ pk }) => pk),
      );
      for (const pk of pks) {
        if (pk.includes("#ACCOUNT#")) check(2, () => invariant2(evidence, pk));
      }
    },
    onRead: (process, addresses) =>
      check(14, () =>
        invariant14(
          allowed.get(process),
          process,
          addresses.map(({ pk }) => pk),
        ),
      ),
    meter: (meter) => {
      costs = createCostCheck(evidence, meter);
    },
    onBatch: (process, records) => {
      costs?.onBatch();
      const pks = allowed.get(process) ?? new Set(["GLOBAL"]);
      allowed.set(process, pks);
      for (const { body } of records) {
        const content = evidence.byBody.get(body)?.content;
        if (content?.kind !== "intent") continue;
        pks.add(`TENANT#${content.tenant_id}`);
        pks.add(`TENANT#${content.tenant_id}#ACCOUNT#${content.account_id}`);
      }
    },
    onSent: (_process, outcome) => check(5, () => invariant5(evidence, outcome)),
    onAccepted: (outcome) => {
      const known = evidence.details.size;
      check(4, () => invariant4(evidence, outcome));
      if (evidence.details.size === known) return;
      const key = intentText(JSON.parse(outcome.detail).data);
      const sentMs = evidence.arrivals.get(key);
      if (sentMs !== undefined) measured.latenciesMs.push(nowMs() - sentMs);
    },
    onQuarantined: ({ body }) => evidence.quarantined.add(body),
    onDelete: (records) => {
      for (const { body } of records) check(9, () => invariant9(evidence, body));
      if (costs !== undefined) check(15, () => costs?.invariant15(records));
    },
    onFailure: (error) => check(10, () => invariant10(error)),
    onAcknowledged: (requestId, nowMs) => {
      const change = changes.get(requestId);
      if (change === undefined) return;
      const known = evidence.acknowledged.get(change.key) ?? [];
      known.push({ changedMs: change.changedMs, acknowledgedMs: nowMs });
      evidence.acknowledged.set(change.key, known);
    },
    onFacts: (requests, replies) => check(16, () => invariant16(evidence, requests, replies)),
    atEnd: (left) => check(6, () => invariant6(evidence, left)),
  };
}

function pksOf({ writes }: Commit): string[] {
  return writes.map(({ pk }) => pk);
}

function isViolation(error: unknown): error is Violation {
  return error instanceof Error && error.name === "Violation";
}
