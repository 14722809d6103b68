import { referenceCounters } from "@autonomy-gate/core/testing/reference-budget";
import type { AppliedWrite } from "../dynamo/tables.ts";
import { type DayCounts, type Evidence, pkOf } from "./evidence.ts";
import type { Recorded } from "./recorded.ts";

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

/** Changes of the configuration, by the request that made them. */
export type WideChanges = Map<string, { readonly key: string; readonly changedMs: number }>;

export function newMeasured(): Measured {
  return { wideLagMs: 0, wideLagToSendMs: 0, automatic: 0, decisions: 0, latenciesMs: [] };
}

/** How long an automatic decision outlived the changes of its tenant, or of all, made after its read. */
export function measureLag(
  measured: Measured,
  changes: WideChanges,
  { record, commit, readMs }: Recorded,
): void {
  measured.decisions += 1;
  if (record.decision !== "AUTO_EXECUTE") return;
  measured.automatic += 1;
  const wide = ["config|GLOBAL|", `config|TENANT#${record.tenant_id}|`];
  for (const { key, changedMs } of changes.values()) {
    const concerns = wide.some((prefix) => key.startsWith(prefix));
    if (!concerns || changedMs < readMs || changedMs > commit.timeMs) continue;
    measured.wideLagMs = Math.max(measured.wideLagMs, commit.timeMs - changedMs);
    measured.wideLagToSendMs = Math.max(measured.wideLagToSendMs, commit.sentAtMs - changedMs);
  }
}

/** Counts an automatic decision in the counters of its days: the account's, and the tenant's. */
export function countAutomatic(evidence: Evidence, { after, pk }: AppliedWrite): void {
  if (after?.decision !== "AUTO_EXECUTE") return;
  const type = String(after.action_type);
  count(evidence, pk, String(after.date_key), type);
  if (after.tenant_date_key === undefined) return;
  count(evidence, pkOf("TENANT", after), String(after.tenant_date_key), type);
}

function count(evidence: Evidence, pk: string, day: string, type: string): void {
  const days = evidence.days.get(pk) ?? new Map<string, DayCounts>();
  evidence.days.set(pk, days);
  const counted = days.get(day) ?? new Map<string, number>();
  days.set(day, counted);
  for (const counter of referenceCounters(type)) {
    counted.set(counter, (counted.get(counter) ?? 0) + 1);
  }
}
