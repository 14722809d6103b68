import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { actionType, anIntent, aRecord, NOTE } from "../../test/fixtures.ts";
import { counted, watch, watchedTable } from "../../test/watched-table.ts";
import { type MemoryTable, memoryTable } from "../adapters/memory/memory-table.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { AccountId, IntentId, TenantId } from "../ids.ts";
import type { DecisionQuery, DecisionReader } from "../read-ports.ts";
import { decisionReader } from "./decision-reader.ts";
import { gateStore } from "./gate-store.ts";
import { accountPk } from "./keys.ts";

const TENANT = TenantId.parse("acme");
const ACCOUNTS = Array.from({ length: 12 }, (_, i) => AccountId.parse(`acct_${i}`));
const RECORD = aRecord();

let table: MemoryTable;
let reader: DecisionReader;
beforeEach(() => {
  table = memoryTable();
  reader = decisionReader(table);
});

interface Place {
  readonly second: number;
  readonly account: number;
  readonly held?: boolean;
}

function instantOf(second: number): string {
  return new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
}

function recordAt({ second, account, held = false }: Place, index: number): DecisionRecord {
  const account_id = ACCOUNTS[account % ACCOUNTS.length] ?? AccountId.parse("none");
  const decided_at = instantOf(second);
  const from = held ? aRecord(anIntent({ confidence_score: 0.1 })) : RECORD;
  return { ...from, account_id, action_intent_id: IntentId.parse(`ai_${index}`), decided_at };
}

async function store(places: readonly Place[]): Promise<DecisionRecord[]> {
  const records = places.map(recordAt);
  for (const record of records) await gateStore(table).record(record);
  return records;
}

/** Newest first; of one instant the greater account and intent first. */
function inOrder(records: readonly DecisionRecord[]): string[] {
  return records
    .map(
      ({ decided_at, account_id, action_intent_id }) =>
        `${decided_at}#${account_id}#${action_intent_id}`,
    )
    .toSorted()
    .toReversed();
}

/** All pages of a query, each no longer than its limit. */
async function listed(query: Omit<DecisionQuery, "tenant_id">): Promise<string[]> {
  const places: string[] = [];
  let before: string | undefined;
  do {
    const page = await reader.page({
      tenant_id: TENANT,
      ...query,
      ...(before === undefined ? {} : { before }),
    });
    expect(page.items.length).toBeLessThanOrEqual(query.limit);
    for (const { record, account_id, action_intent_id } of page.items) {
      if (record.status !== "readable") throw new Error("A listed record cannot be read.");
      places.push(`${record.value.decided_at}#${account_id}#${action_intent_id}`);
    }
    before = page.next;
  } while (before !== undefined);
  return places;
}

const places = fc.array(fc.record({ second: fc.nat(6), account: fc.nat(20), held: fc.boolean() }), {
  maxLength: 40,
});

const instants = fc.nat(6).map(instantOf);

/** Any of the filters, each there or not. */
const filters = fc.record(
  {
    account_id: fc.constantFrom(...ACCOUNTS),
    decision: fc.constantFrom("AUTO_EXECUTE" as const, "REQUIRE_APPROVAL" as const),
    reason: fc.constantFrom("POLICY_ALLOWED" as const, "CONFIDENCE_BELOW_THRESHOLD" as const),
    from: instants,
    to: instants,
  },
  { requiredKeys: [] },
);

function isWanted(
  record: DecisionRecord,
  { from = "0", to = "9", ...exact }: Partial<DecisionQuery>,
): boolean {
  if (record.decided_at < from || record.decided_at > to) return false;
  const { account_id, decision, reason } = { ...record, ...exact };
  return (
    record.account_id === account_id && record.decision === decision && record.reason === reason
  );
}

describe("a tenant's decisions", () => {
  test("are listed newest first, each once, in pages of any length", async () => {
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 50 }), async (some, limit) => {
        table = memoryTable();
        reader = decisionReader(table);
        const expected = inOrder(await store(some));
        expect(await listed({ limit })).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test("are filtered by account, decision, reason and time, bounds included", async () => {
    await fc.assert(
      fc.asyncProperty(
        places,
        fc.integer({ min: 1, max: 10 }),
        filters,
        async (some, limit, filter) => {
          table = memoryTable();
          reader = decisionReader(table);
          const expected = inOrder(
            (await store(some)).filter((record) => isWanted(record, filter)),
          );
          expect(await listed({ limit, ...filter })).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("end with the page that has the last of them, also when that page is full", async () => {
    const records = await store(Array.from({ length: 9 }, (_, i) => ({ second: i, account: i })));
    const { items, next } = await reader.page({ tenant_id: TENANT, limit: records.length });
    expect(items).toHaveLength(records.length);
    expect(next).toBeUndefined();
    const shorter = await reader.page({ tenant_id: TENANT, limit: records.length - 1 });
    expect(shorter.next).toBeDefined();
  });

  test("are found in an instant that has more of them than a request looks at", async () => {
    const records = await store(
      Array.from({ length: 300 }, (_, i) => ({ second: i < 280 ? 3 : i % 7, account: 0 })),
    );
    expect(await listed({ limit: 20 })).toEqual(inOrder(records));
  });

  test("cost one request a shard, or one in all for an account, and one for the records", async () => {
    await store(Array.from({ length: 30 }, (_, i) => ({ second: i, account: i })));
    const { trips, watched } = watch();
    const counting = decisionReader(watchedTable(table, watched));
    await counting.page({ tenant_id: TENANT, limit: 5 });
    expect(counted(trips)).toMatchObject({ query: 8, batchGet: 1 });
    const account_id = ACCOUNTS[0] ?? AccountId.parse("none");
    await counting.page({ tenant_id: TENANT, account_id, limit: 2 });
    expect(counted(trips)).toMatchObject({ query: 9, batchGet: 2 });
  });

  test("end a page that would cost too much, and the next page goes on", async () => {
    const many = Array.from({ length: 45 }, (_, i) => ({ second: i, account: 0 }));
    const base = recordAt({ second: 0, account: 0 }, 0);
    for (const [index, place] of many.entries()) {
      const { account_id, action_intent_id, decided_at } = recordAt(place, index);
      table.set(
        {
          table: "ledger",
          pk: accountPk({ tenant_id: TENANT, account_id }),
          sk: `DECISION#${action_intent_id}`,
        },
        {
          ...base,
          list_pk: "acme#0",
          decided_at,
          decision: index === 0 ? "BLOCK" : "AUTO_EXECUTE",
        },
      );
    }
    const slow = decisionReader({ ...table, query: (q) => table.query({ ...q, limit: 1 }) });
    const page = await slow.page({ tenant_id: TENANT, decision: "BLOCK", limit: 10 });
    expect(page.items).toEqual([]);
    const { next: before } = page;
    if (before === undefined) return expect.unreachable("There is more to read.");
    const next = await slow.page({ tenant_id: TENANT, decision: "BLOCK", limit: 10, before });
    expect(next.items).toHaveLength(1);
    expect(next.next).toBeUndefined();
  });
});

test("within limits only decisions of the accounts and action types that they name are listed", async () => {
  await store(Array.from({ length: 6 }, (_, i) => ({ second: i, account: i % 3 })));
  const ids = async (within: NonNullable<DecisionQuery["within"]>) =>
    (await reader.page({ tenant_id: TENANT, limit: 50, within })).items.map(
      ({ action_intent_id }) => action_intent_id,
    );
  expect(await ids({ account_ids: ["acct_0", "acct_1*"] })).toEqual([
    "ai_4",
    "ai_3",
    "ai_1",
    "ai_0",
  ]);
  expect(await ids({ action_types: [NOTE] })).toHaveLength(6);
  expect(await ids({ action_types: [actionType("WIRE_MONEY")] })).toEqual([]);
});

describe("a decision", () => {
  test("is found by its intent, and is absent otherwise", async () => {
    const [record] = await store([{ second: 1, account: 1 }]);
    if (record === undefined) throw new TypeError("One was stored.");
    expect(await reader.find(record)).toEqual({ status: "readable", value: record });
    const action_intent_id = IntentId.parse("another");
    expect(await reader.find({ ...record, action_intent_id })).toEqual({ status: "absent" });
  });

  test("that cannot be read is listed as such, by its ids", async () => {
    const [record] = await store([{ second: 1, account: 1 }]);
    if (record === undefined) throw new TypeError("One was stored.");
    for (const [at, item] of [...table.all()]) table.set(at, { ...item, decision: "MAYBE" });
    const { items } = await reader.page({ tenant_id: TENANT, limit: 5 });
    expect(items).toMatchObject([
      { action_intent_id: "ai_0", account_id: "acct_1", record: { status: "unreadable" } },
    ]);
  });

  test("of another tenant is not listed, whatever its list says, nor what is no decision", async () => {
    const [record] = await store([{ second: 1, account: 1 }]);
    if (record === undefined) throw new TypeError("One was stored.");
    const { decided_at } = record;
    const entries = [
      ["TENANT#other#ACCOUNT#acct_1", "DECISION#theirs"],
      ["TENANT#acme#ACCOUNT#acct_1", "NOTE#1"],
      ["TENANT#acme#ACCOUNT#acct_1", "DECISION#"],
    ];
    for (const [pk = "", sk = ""] of entries) {
      table.set({ table: "ledger", pk, sk }, { ...record, list_pk: "acme#3", decided_at });
    }
    const { items } = await reader.page({ tenant_id: TENANT, limit: 50 });
    expect(items.map(({ action_intent_id }) => action_intent_id)).toEqual(["ai_0"]);
  });
});
