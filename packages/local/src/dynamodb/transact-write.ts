import type { BatchOperation, Item, JsonObject, Table } from "./dynalite.ts";
import {
  type Engine,
  itemBytes,
  keyProblem,
  letOthersMeetThis,
  loadTable,
  parseRequest,
  storageKeyOf,
} from "./engine.ts";
import {
  type CancellationReason,
  CONFLICT,
  cancelled,
  codeOf,
  isRefusal,
  messageOf,
  validationRefusal,
} from "./refusal.ts";
import { fingerprintOf } from "./request-tokens.ts";
import { stageWrite } from "./staging.ts";
import { type PlannedWrite, planWrite, TransactWriteRequest } from "./transact-write-request.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;

/** A transacted write costs twice a plain one: prepare and commit. */
const TRANSACTION_UNITS_FACTOR = 2;

const NO_REASON: CancellationReason = { Code: "None" };

/** A planned write whose table is known; without a storage key when its key does not fit the table. */
interface LocatedWrite {
  readonly plan: PlannedWrite;
  readonly table: Table;
  readonly storageKey?: string;
  readonly reason: CancellationReason;
}

/** What one item of the transaction says to it. */
interface Verdict {
  readonly reason: CancellationReason;
  readonly operations: readonly BatchOperation[];
  readonly bytes: number;
  readonly capacityUnits: number;
}

/**
 * All writes or none, each under its own condition. Items are locked without waiting, judged, and
 * applied in one step that no reader sees half of. A repeated ClientRequestToken does nothing again.
 */
export async function transactWriteItems(engine: Engine, body: JsonObject): Promise<JsonObject> {
  const request = parseRequest(TransactWriteRequest, body);
  const fingerprint = fingerprintOf(request.TransactItems);
  const plans = request.TransactItems.map((entry) => planWrite(engine, entry));
  const token = request.ClientRequestToken;
  if (token !== undefined && engine.tokens.begin(token, fingerprint) === "completed") return {};
  try {
    const capacity = await execute(engine, plans);
    if (token !== undefined) engine.tokens.complete(token, fingerprint);
    const isAsked = ["INDEXES", "TOTAL"].includes(request.ReturnConsumedCapacity ?? "NONE");
    return isAsked ? { ConsumedCapacity: capacity } : {};
  } catch (error) {
    if (token !== undefined) engine.tokens.forget(token);
    throw error;
  }
}

async function execute(engine: Engine, plans: readonly PlannedWrite[]): Promise<JsonObject[]> {
  const located = await Promise.all(plans.map((plan) => locate(engine, plan)));
  refuseRepeatedItems(located);
  const held = located.map(({ storageKey }) =>
    storageKey === undefined ? undefined : engine.locks.beginTransaction(storageKey),
  );
  try {
    const existing = await readExisting(engine, located);
    await letOthersMeetThis();
    const verdicts = await Promise.all(
      located.map((write, index) => {
        if (write.storageKey === undefined) return rejected(write.reason);
        if (held[index] === undefined) return rejected(CONFLICT);
        return judge(engine, write, existing.get(write.storageKey));
      }),
    );
    refuseCancelled(verdicts);
    refuseTooLarge(verdicts);
    await engine.store.db.batch(verdicts.flatMap(({ operations }) => operations));
    return capacityByTable(located, verdicts);
  } finally {
    for (const release of held) release?.();
  }
}

/** An empty key value refuses the whole request; any other misfit is that item's reason to cancel. */
async function locate(engine: Engine, plan: PlannedWrite): Promise<LocatedWrite> {
  const table = await loadTable(engine, plan.params.TableName);
  const problem = keyProblem(plan.params, table);
  if (problem === undefined) {
    return { plan, table, storageKey: storageKeyOf(plan.params, table), reason: NO_REASON };
  }
  if (!isRefusal(problem) || messageOf(problem).includes("cannot contain an empty")) throw problem;
  return { plan, table, reason: { Code: "ValidationError", Message: messageOf(problem) } };
}

function refuseRepeatedItems(located: readonly LocatedWrite[]): void {
  const keys = located.flatMap(({ storageKey }) => (storageKey === undefined ? [] : [storageKey]));
  if (new Set(keys).size < keys.length) {
    throw validationRefusal("Transaction request cannot include multiple operations on one item");
  }
}

async function readExisting(
  engine: Engine,
  located: readonly LocatedWrite[],
): Promise<Map<string, Item | undefined>> {
  const keys = located.flatMap(({ storageKey }) => (storageKey === undefined ? [] : [storageKey]));
  const items = await engine.store.db.getMany(keys);
  return new Map(keys.map((key, index) => [key, items[index]]));
}

async function judge(
  engine: Engine,
  { plan, table }: LocatedWrite,
  existing: Item | undefined,
): Promise<Verdict> {
  const { operation, params } = plan;
  try {
    const staged = await stageWrite(engine, { operation, params, table, existing });
    const item = (plan.isCheckOnly ? undefined : staged.written) ?? existing;
    return {
      reason: NO_REASON,
      operations: plan.isCheckOnly ? [] : staged.operations,
      bytes: item === undefined ? 0 : itemBytes(item),
      capacityUnits: staged.answer.ConsumedCapacity?.CapacityUnits ?? 0,
    };
  } catch (error) {
    return rejected(reasonOf(error, plan.returnsOldItem ? existing : undefined));
  }
}

function rejected(reason: CancellationReason): Verdict {
  return { reason, operations: [], bytes: 0, capacityUnits: 0 };
}

/** Rethrows what is not a refusal. */
function reasonOf(error: unknown, item: Item | undefined): CancellationReason {
  if (!isRefusal(error)) throw error;
  if (codeOf(error) === "ConditionalCheckFailedException") {
    const Message = messageOf(error);
    return { Code: "ConditionalCheckFailed", Message, ...(item !== undefined && { Item: item }) };
  }
  return { Code: "ValidationError", Message: messageOf(error) };
}

function refuseCancelled(verdicts: readonly Verdict[]): void {
  if (verdicts.some(({ reason }) => reason.Code !== "None")) {
    throw cancelled(verdicts.map(({ reason }) => reason));
  }
}

function refuseTooLarge(verdicts: readonly Verdict[]): void {
  const bytes = verdicts.reduce((sum, verdict) => sum + verdict.bytes, 0);
  if (bytes > TRANSACTION_BYTES_MAX) {
    throw validationRefusal(
      `The items of a transaction hold at most ${TRANSACTION_BYTES_MAX} bytes together, these hold ${bytes}`,
    );
  }
}

function capacityByTable(
  located: readonly LocatedWrite[],
  verdicts: readonly Verdict[],
): JsonObject[] {
  const units = new Map<string, number>();
  for (const [index, { table }] of located.entries()) {
    const more = TRANSACTION_UNITS_FACTOR * (verdicts[index]?.capacityUnits ?? 0);
    units.set(table.TableName, (units.get(table.TableName) ?? 0) + more);
  }
  return [...units].map(([TableName, CapacityUnits]) => ({
    TableName,
    CapacityUnits,
    WriteCapacityUnits: CapacityUnits,
  }));
}
