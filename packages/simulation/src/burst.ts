import type { SimProcess } from "./process.ts";
import { runScenario } from "./run.ts";
import { createScenario } from "./scenario/create.ts";
import type { MessageSpec, Scenario } from "./scenario/scenario.ts";

/** What a burst on one account came to. */
export interface BurstReport {
  readonly automatic: number;
  readonly decisions: number;
  readonly transactions: number;
  /** Transactions sent by a batch that read the budget when it was spent already. */
  readonly transactionsOnSpentBudget: number;
  readonly puts: number;
  readonly writeUnitsPerDecision: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly tookMs: number;
  readonly violation?: string;
}

export interface BurstSettings {
  readonly intents: number;
  readonly limit: number;
  readonly workers: number;
  readonly seed: number;
}

const ACCOUNT = { tenant_id: "acme", account_id: "hot" };
const PK = "TENANT#acme#ACCOUNT#hot";

/** Everything at once on one account: workers race for its budget, then it is spent. */
export async function runBurst(settings: BurstSettings): Promise<BurstReport> {
  const readAtMs = new Map<SimProcess, number>();
  const readBeforeMs: number[] = [];
  const report = await runScenario(burstScenario(settings), {
    metered: true,
    onCall: (process, operation, nowMs) => {
      if (operation === "BatchGetItem") readAtMs.set(process, nowMs);
      if (operation === "TransactWriteItems") readBeforeMs.push(readAtMs.get(process) ?? 0);
    },
  });
  const { measured, calls, writeUnits, violation, endedAtMs, evidence } = report;
  const state = { table: "budgetState", pk: PK, sk: "BUDGET_STATE#CURRENT" } as const;
  const spentAtMs = evidence.tables.history(state).at(-1)?.fromMs ?? 0;
  const latencies = measured.latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0;
  return {
    automatic: measured.automatic,
    decisions: measured.decisions,
    transactions: calls.get("TransactWriteItems") ?? 0,
    transactionsOnSpentBudget: readBeforeMs.filter((readMs) => readMs > spentAtMs).length,
    puts: calls.get("PutItem") ?? 0,
    writeUnitsPerDecision: writeUnits / measured.decisions,
    latencyMs: { p50: at(0.5), p99: at(0.99) },
    tookMs: endedAtMs,
    ...(violation === undefined ? {} : { violation: violation.message }),
  };
}

function burstScenario({ intents, limit, workers, seed }: BurstSettings): Scenario {
  return {
    ...createScenario(seed, { profile: "calm" }),
    profile: "burst",
    startEpochMs: Date.parse("2026-11-18T09:30:00.000Z"),
    hosts: Array.from({ length: workers }, () => ({ skewMs: 0, slots: 1, nextVersion: false })),
    batchSize: 10,
    visibilityMs: 180_000,
    messages: Array.from({ length: intents }, (_, index) => createMessage(ACCOUNT, index)),
    initial: [
      { pk: PK, sk: "AUTONOMY#DEFAULT", mode: "AUTO_EXECUTE" },
      { pk: PK, sk: "BUDGET#CONFIG", max_autonomous_per_day: limit },
    ],
  };
}

/** An intent that runs by itself where there is room for it. */
export function createMessage(account: typeof ACCOUNT, index: number): MessageSpec {
  const ids = { ...account, action_intent_id: `i${index}` };
  const data = { ...ids, action_type: "CREATE_INTERNAL_NOTE", confidence_score: 0.9 };
  const event = {
    source: "cc-native.decision",
    "detail-type": "ActionIntentCreated",
    detail: { data },
  };
  return {
    atMs: 0,
    body: JSON.stringify(event),
    content: { kind: "intent", ...ids, data, valid: true },
  };
}
