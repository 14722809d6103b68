import { describe, expect, test } from "vitest";
import { ACCOUNT, aBudget, aBudgetState, aClaim, aRecord, calendar } from "../../test/fixtures.ts";
import type { BudgetWrite } from "../budget/claim.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import { TransientError } from "../errors.ts";
import type { ClaimReply, Clock, GateStore } from "../ports.ts";
import { ABSENT } from "../stored.ts";
import { deadlineIn } from "./backoff.ts";
import { COMMIT_WINDOW_MS } from "./bounds.ts";
import { claimInRounds } from "./claim-in-rounds.ts";

const CALENDAR = calendar();

type Said = ClaimReply | TransientError["code"];

const COMMITTED: Said = { status: "committed" };

/** A store whose attempts end as listed; the last one again and again. */
function storeThatSays(...said: Said[]) {
  const writes: BudgetWrite[] = [];
  const store: GateStore = {
    readFacts: () => Promise.reject(new TypeError("Nothing is read here.")),
    record: () => Promise.reject(new TypeError("Nothing is recorded alone here.")),
    recordClaims: async (_, [write]) => {
      const reply = said[Math.min(writes.length, said.length - 1)] ?? COMMITTED;
      if (write !== undefined) writes.push(write);
      if (typeof reply === "string") throw new TransientError(reply, "The test says so.");
      return reply;
    },
  };
  return { store, writes };
}

/** A clock that stands still unless somebody sleeps. */
function aClock(lateMs = 0): Clock {
  let elapsedMs = lateMs;
  return {
    epochMs: () => CALENDAR.epochMs + elapsedMs,
    elapsedMs: () => elapsedMs,
    sleep: async (ms) => {
      elapsedMs += ms;
    },
    random: () => 0.5,
  };
}

interface Given {
  readonly said: readonly Said[];
  readonly claims?: number;
  readonly limit?: number;
  readonly used?: number;
  readonly records?: boolean;
  /** How long before the first attempt the facts were read. */
  readonly ageMs?: number;
  readonly timeMs?: number;
}

/** Claims on one account's budget, of which a number is used. */
async function claiming(given: Given) {
  const { said, claims = 1, limit = 5, used = 0, ageMs = 0, timeMs = 10_000, records } = given;
  const { store, writes } = storeThatSays(...said);
  const clock = aClock(ageMs);
  const context = {
    store,
    clock,
    deadline: deadlineIn(clock, timeMs),
    signals: { retried() {}, clockDiffers() {} },
  };
  const budgetState = aBudgetState({ count: used });
  const tenantBudgetState = ABSENT;
  const basis = {
    account: ACCOUNT,
    calendar: CALENDAR,
    budgetState,
    tenantBudgetState,
    startedAtMs: 0,
  };
  const claim = aClaim(undefined, aBudget({ max_autonomous_per_day: limit }));
  const events: string[] = [];
  const undecided = await claimInRounds(
    Array.from({ length: claims }, () => ({ claim })),
    basis,
    context,
    {
      recordsOf: (granted): DecisionRecord[] => (records ? granted.map(() => aRecord()) : []),
      committed: (granted) => events.push(`committed ${granted.length}`),
      refused: (_, refusal) => events.push(`refused at ${refusal.used} of ${refusal.limit}`),
      existing: () => events.push("existing"),
    },
  );
  return { events, writes, left: undecided.claims.length, undecided };
}

const moved = (count: number, fence = 0): ClaimReply => ({
  status: "refused",
  existing: new Map(),
  moved: new Map([[0, aBudgetState({ count, fence })]]),
});

describe("claims of one account", () => {
  test("are committed as far as there is room, and refused only after that was filled", async () => {
    const { events, writes, left } = await claiming({ said: [COMMITTED], claims: 4, used: 2 });
    expect(events).toEqual(["committed 3", "refused at 5 of 5"]);
    expect(writes.map(({ additions }) => additions.get("count"))).toEqual([
      { units: 3, ceiling: 5 },
    ]);
    expect(left).toBe(0);
  });

  test("are planned anew where the budget moved under the same fence", async () => {
    const { events } = await claiming({ said: [moved(4), COMMITTED], claims: 2 });
    expect(events).toEqual(["committed 1", "refused at 5 of 5"]);
  });

  test("are left undecided where the fence moved", async () => {
    const { events, left, undecided } = await claiming({ said: [moved(0, 1)] });
    expect([events, left]).toEqual([[], 1]);
    expect(undecided).not.toHaveProperty("error");
  });

  test.each([
    [COMMIT_WINDOW_MS, 1],
    [COMMIT_WINDOW_MS + 1, 0],
  ])("are sent %i ms after their facts were read in %i attempts", async (ageMs, attempts) => {
    const { writes, left } = await claiming({ said: [COMMITTED], ageMs });
    expect([writes.length, left]).toEqual([attempts, 1 - attempts]);
  });

  test("that exist are not claimed again", async () => {
    const existing = new Map([[0, { status: "readable", value: aRecord() } as const]]);
    const reply: ClaimReply = { status: "refused", existing, moved: new Map() };
    const { events } = await claiming({ said: [reply, COMMITTED], claims: 2, records: true });
    expect(events).toEqual(["existing", "committed 1"]);
  });

  test("are sent again without an answer where records tell what was committed", async () => {
    const { events } = await claiming({ said: ["UNAVAILABLE", COMMITTED], records: true });
    expect(events).toEqual(["committed 1"]);
  });

  test("without records are not sent again unless nothing was changed for certain", async () => {
    const unknown = await claiming({ said: ["UNAVAILABLE", COMMITTED] });
    expect(unknown.writes).toHaveLength(1);
    expect(unknown.undecided.error).toMatchObject({ code: "UNAVAILABLE" });
    for (const code of ["CONFLICT", "THROTTLED"] as const) {
      const { events } = await claiming({ said: [code, COMMITTED] });
      expect(events).toEqual(["committed 1"]);
    }
  });

  test("are left with the reason where no time is left for another attempt", async () => {
    const { undecided, left } = await claiming({ said: ["CONFLICT"], records: true, timeMs: 200 });
    expect(left).toBe(1);
    expect(undecided.error).toMatchObject({ code: "DEADLINE", cause: { code: "CONFLICT" } });
  });
});
