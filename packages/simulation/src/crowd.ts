import { createMessage } from "./burst.ts";
import { runScenario } from "./run.ts";
import { createScenario } from "./scenario/create.ts";
import type { Scenario } from "./scenario/scenario.ts";

/** What workers made of intents of many accounts under one tenant's ceiling. */
export interface CrowdReport {
  readonly automatic: number;
  readonly decisions: number;
  readonly transactions: number;
  readonly transactionsPerAutomatic: number;
  readonly automaticPerSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly tookMs: number;
  readonly violation?: string;
}

export interface CrowdSettings {
  readonly intents: number;
  readonly accounts: number;
  readonly workers: number;
  /** Automatic actions a day over all accounts of the tenant. */
  readonly ceiling: number;
  readonly seed: number;
}

const TENANT = "acme";

/** Everything at once on many accounts of one tenant: workers race for its ceiling. */
export async function runCrowd(settings: CrowdSettings): Promise<CrowdReport> {
  const { measured, calls, violation, endedAtMs } = await runScenario(crowdScenario(settings));
  const { automatic, decisions } = measured;
  const latencies = measured.latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  const transactions = calls.get("TransactWriteItems") ?? 0;
  const lastMs = at(1);
  return {
    automatic,
    decisions,
    transactions,
    transactionsPerAutomatic: transactions / automatic,
    automaticPerSecond: (automatic / lastMs) * 1_000,
    latencyMs: { p50: at(0.5), p99: at(0.99) },
    tookMs: endedAtMs,
    ...(violation === undefined ? {} : { violation: violation.message }),
  };
}

function crowdScenario({ intents, accounts, workers, ceiling, seed }: CrowdSettings): Scenario {
  const pk = `TENANT#${TENANT}`;
  return {
    ...createScenario(seed, { profile: "calm" }),
    profile: "burst",
    startEpochMs: Date.parse("2026-11-18T09:30:00.000Z"),
    hosts: Array.from({ length: workers }, () => ({ skewMs: 0, slots: 1, nextVersion: false })),
    batchSize: 10,
    visibilityMs: 180_000,
    messages: Array.from({ length: intents }, (_, index) =>
      createMessage({ tenant_id: TENANT, account_id: `acct_${index % accounts}` }, index),
    ),
    initial: [
      { pk, sk: "AUTONOMY#DEFAULT", mode: "AUTO_EXECUTE" },
      { pk, sk: "BUDGET#CONFIG", max_autonomous_per_day: 1_000_000 },
      { pk, sk: "BUDGET#CEILING", max_autonomous_per_day: ceiling },
    ],
  };
}
