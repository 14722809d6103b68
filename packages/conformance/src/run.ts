import { randomBytes } from "node:crypto";
import { connect, type StackClients } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { adminApiFor } from "./admin-api.ts";
import type { Difference } from "./differences.ts";
import { examine } from "./examine.ts";
import { perform, type Stage } from "./perform.ts";
import { valuesFor } from "./placeholders.ts";
import { openPost, type Post } from "./post.ts";
import { asksAdmin, type FiledScenario, type Scenario } from "./scenario.ts";
import { tablesFor } from "./tables.ts";

export interface Result extends FiledScenario {
  readonly differences: readonly Difference[];
  readonly tookMs: number;
}

const SIDE_BY_SIDE = 12;
const STEP_MS_MAX = 15_000;

/** What makes an intent run by itself, and no more. */
const READY = {
  "AUTONOMY#DEFAULT": { mode: "AUTO_EXECUTE" },
  "BUDGET#CONFIG": { max_autonomous_per_day: 5 },
};

/**
 * Runs scenarios against whatever a stack file describes, through its AWS endpoints alone. Each has
 * a tenant of its own; those that configure something global run one after the other, at the end.
 * Those that ask the admin API are left out where the stack file names none.
 */
export async function runConformance(
  scenarios: readonly FiledScenario[],
  stack: StackFile,
  stepMsMax = STEP_MS_MAX,
): Promise<readonly Result[]> {
  const clients = connect(stack);
  const run = randomBytes(4).toString("hex");
  const post = await openPost(clients, stack, `cf-${run}-`);
  let finished: readonly Finished[];
  try {
    const context = { clients, stack, post, run, timeoutMs: stepMsMax };
    const gateEpochMs = await readGateClock(context);
    const runOne = (filed: FiledScenario, index: number) =>
      runScenario(filed, { ...context, number: index + 1, gateEpochMs });
    const numbered = scenarios
      .filter(({ scenario }) => stack.admin !== undefined || !asksAdmin(scenario))
      .map((filed, index) => ({ filed, index }));
    const alone = numbered.filter(({ filed }) => isGlobal(filed.scenario));
    const together = numbered.filter(({ filed }) => !isGlobal(filed.scenario));
    const results = await sideBySide(together, ({ filed, index }) => runOne(filed, index));
    for (const { filed, index } of alone) results.push(await runOne(filed, index));
    finished = results;
  } finally {
    await post.close();
    clients.destroy();
  }
  return finished.map((result) => withLateArrivals(result, post));
}

/** A result, and how much had arrived when it was examined. */
interface Finished extends Result {
  readonly tenant: string;
  readonly arrived: number;
}

/** What came after a scenario was examined, and is not a repetition, it did not expect. */
function withLateArrivals({ tenant, arrived, ...result }: Finished, post: Post): Result {
  const late = arrivalsOf(tenant, post) - arrived;
  if (late <= 0) return result;
  const problem = `${late} more outcomes or messages in quarantine came afterwards`;
  return { ...result, differences: [...result.differences, { at: "then", problem }] };
}

function arrivalsOf(tenant: string, post: Post): number {
  const outcomes = post.outcomes(tenant).letters.map(({ detail }) => detail.data.decision_id);
  return new Set(outcomes).size + post.quarantine(tenant).letters.length;
}

interface Context {
  readonly clients: StackClients;
  readonly stack: StackFile;
  readonly post: Post;
  readonly run: string;
  readonly timeoutMs: number;
}

/** Asks the gate for a decision on nothing in particular: is it there, and what time has it? */
async function readGateClock(context: Context): Promise<number> {
  const values = valuesFor(context.run, 0, Date.now());
  const tables = tablesFor(context.clients, context.stack, values);
  const stage = { ...context, values, tables, adminApi: adminApiFor(context.stack, values) };
  const intent = { intent: "probe", times: 1, data: {}, without: [], metadata: {} };
  await perform({ publish: [{ ...intent, ends_in: "outcome" }] }, stage);
  const [outcome] = context.post.outcomes(String(values.tenant)).letters;
  return Date.parse(String(outcome?.detail.data.decided_at));
}

async function runScenario(
  { file, scenario }: FiledScenario,
  context: Context & { readonly number: number; readonly gateEpochMs: number },
): Promise<Finished> {
  const startedAtMs = performance.now();
  const values = valuesFor(context.run, context.number, context.gateEpochMs);
  const tables = tablesFor(context.clients, context.stack, values);
  const adminApi = adminApiFor(context.stack, values);
  const found = await differencesOf(scenario, { ...context, values, tables, adminApi });
  const tenant = String(values.tenant);
  const tookMs = performance.now() - startedAtMs;
  const arrived = arrivalsOf(tenant, context.post);
  return { file, scenario, differences: found, tookMs, tenant, arrived };
}

async function differencesOf(scenario: Scenario, stage: Stage): Promise<Difference[]> {
  const { given, when } = scenario;
  try {
    if (given.from === "ready") {
      await stage.tables.configure({ global: {}, tenant: {}, account: READY });
    }
    await stage.tables.configure(given);
    if (given.budget_state !== undefined) await stage.tables.putBudgetState(given.budget_state);
    await stage.adminApi.makeKeys(given.keys);
    for (const step of when) await perform(step, stage);
    return await examine(scenario.then, stage);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return [{ at: "when", problem }];
  } finally {
    await stage.tables.restore();
    await stage.adminApi.restore();
  }
}

function isGlobal({ given, when }: Scenario): boolean {
  const configurations = [
    given,
    ...when.flatMap((step) => ("configure" in step ? [step.configure] : [])),
  ];
  return configurations.some(({ global }) => Object.keys(global).length > 0);
}

async function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return results;
}
