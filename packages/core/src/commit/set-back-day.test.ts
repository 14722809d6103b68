import { expect, test } from "vitest";
import { ACCOUNT, aBudget, aClaim, calendar, countersOf, day, NOTE } from "../../test/fixtures.ts";
import { memoryTable } from "../adapters/memory/memory-table.ts";
import { budgetWritesOf } from "../budget/claim.ts";
import { type BudgetPosition, positionNow } from "../budget/state.ts";
import { budgetStateReader } from "../store/budget-state-reader.ts";
import { budgetWrites } from "../store/budget-write.ts";
import { accountPk, CURRENT_BUDGET_STATE_SK } from "../store/keys.ts";
import { setBackDay } from "./set-back-day.ts";

const BUDGET = aBudget({ max_autonomous_per_day: 5 });
const RIGHT = "2026-11-22";
const FAR = "2031-01-05";

/** An account's budget on tables in memory; claims come from machines with clocks of their own. */
function anAccount() {
  const table = memoryTable();
  let ids = 0;
  const ports = {
    table,
    newId: () => `id-${ids++}`,
    clock: {
      epochMs: () => calendar().epochMs,
      elapsedMs: () => 0,
      sleep: async () => {},
      random: () => 0,
    },
  };
  const { current, closed } = budgetStateReader(table);
  const positionOn = async (date: string): Promise<BudgetPosition> => {
    const { state } = await current(ACCOUNT);
    const position = positionNow(state, "UTC", calendar(`${date}T09:30:00.000Z`));
    if (position === undefined) throw new TypeError("The state is readable.");
    return position;
  };
  const commit = async (position: BudgetPosition, claims: number) => {
    const some = Array.from({ length: claims }, () => ({ claim: aClaim(undefined, BUDGET) }));
    const writes = budgetWritesOf(ACCOUNT, position, some, calendar().instant).flatMap(
      budgetWrites,
    );
    return (await table.transact(writes)).status;
  };
  const countOn = async (date: string) => {
    const open = (await current(ACCOUNT)).state;
    const row = (await closed(ACCOUNT, day(date))).state;
    for (const state of [open, row]) {
      const found = state.status === "readable" ? state.value.openDay : undefined;
      if (found?.dateKey === date) return found.counts.get("count");
    }
    return undefined;
  };
  return {
    table,
    positionOn,
    commit,
    countOn,
    claim: async (date: string, claims = 1) => commit(await positionOn(date), claims),
    setBack: (date_key = RIGHT) =>
      setBackDay(ports, {
        ...ACCOUNT,
        date_key: day(date_key),
        audited: {
          actor: "ops",
          action: "PUT /budget/state",
          request_id: "r1",
          at: calendar().instant,
        },
      }),
  };
}

test("OUT-3: a day opened by a wrong clock is set back to what the right day has recorded", async () => {
  const account = anAccount();
  await account.claim(RIGHT, 3);
  await account.claim(FAR, 2);
  expect((await account.positionOn(RIGHT)).dateKey).toBe(FAR);
  expect(await account.setBack()).toEqual({ status: "open" });
  expect(await account.positionOn(RIGHT)).toMatchObject({
    dateKey: RIGHT,
    counts: countersOf(3, { [NOTE]: 3 }),
    basis: { kind: "same-day" },
  });
  expect([await account.countOn(RIGHT), await account.countOn(FAR)]).toEqual([3, 2]);
});

test("OUT-3: the later day goes on from its counts when it really comes", async () => {
  const account = anAccount();
  await account.claim(FAR, 2);
  await account.setBack();
  await account.claim(RIGHT);
  await account.claim("2026-11-23", 4);
  const position = await account.positionOn(FAR);
  expect(position.counts).toEqual(countersOf(2, { [NOTE]: 2 }));
  expect(await account.commit(position, 3)).toBe("done");
  expect(await account.countOn(FAR)).toBe(5);
  expect(await account.positionOn(FAR)).not.toHaveProperty("setAside");
  expect([await account.countOn(RIGHT), await account.countOn("2026-11-23")]).toEqual([1, 4]);
});

test("OUT-3: a clock that was wrong twice, on several days, loses and doubles nothing", async () => {
  const account = anAccount();
  await account.claim(RIGHT, 1);
  await account.claim("2030-01-01", 2);
  await account.claim(FAR, 3);
  await account.setBack();
  await account.claim(RIGHT, 1);
  await account.claim("2026-11-23", 4);
  await account.claim("2030-06-01", 1);
  await account.setBack("2026-11-23");
  for (const [date, count] of [
    [RIGHT, 2],
    ["2026-11-23", 4],
    ["2030-01-01", 2],
    ["2030-06-01", 1],
    [FAR, 3],
  ] as const) {
    expect(await account.countOn(date), date).toBe(count);
    expect((await account.positionOn(date)).counts.get("count"), date).toBe(
      date === RIGHT ? 4 : count,
    );
  }
});

test("OUT-3: a claim planned on the later day is refused after it was set back", async () => {
  const account = anAccount();
  await account.claim(FAR, 2);
  const before = await account.positionOn(FAR);
  await account.setBack();
  expect(await account.commit(before, 1)).toBe("refused");
});

test("OUT-3: setting back twice changes nothing more, and writes one audit entry", async () => {
  const account = anAccount();
  await account.claim(RIGHT, 1);
  await account.claim(FAR, 2);
  await account.setBack();
  const once = [...account.table.all()];
  expect(await account.setBack()).toEqual({ status: "open" });
  expect([...account.table.all()]).toEqual(once);
  const audit = once.filter(([{ sk }]) => sk.startsWith("AUDIT#")).map(([, item]) => item);
  expect(audit).toEqual([
    expect.objectContaining({
      actor: "ops",
      account_id: ACCOUNT.account_id,
      before: { date_key: FAR, count: 2, [`count#${NOTE}`]: 2 },
      after: { date_key: RIGHT, count: 1, [`count#${NOTE}`]: 1 },
    }),
  ]);
});

test("OUT-3: refuses without a later day, and where what was recorded cannot be read", async () => {
  const account = anAccount();
  expect(await account.setBack()).toEqual({ status: "not-later" });
  await account.claim(RIGHT);
  expect(await account.setBack("2026-11-23")).toEqual({ status: "not-later", open: RIGHT });
  await account.claim(FAR);
  const row = {
    table: "budgetState",
    pk: accountPk(ACCOUNT),
    sk: "BUDGET_STATE#20261122",
  } as const;
  account.table.set(row, { date_key: RIGHT, count: "three" });
  expect(await account.setBack()).toEqual({ status: "unreadable", day: RIGHT });
  account.table.set(row, undefined);
  expect(await account.setBack()).toEqual({ status: "unreadable", day: RIGHT });
  account.table.set({ ...row, sk: CURRENT_BUDGET_STATE_SK }, { date_key: 1 });
  expect(await account.setBack()).toEqual({ status: "unreadable" });
});
