import { describe, expect, test } from "vitest";
import {
  aBudget,
  actionType,
  calendar,
  day,
  NOTE,
  readable,
  unreadable,
} from "../../test/fixtures.ts";
import type { ActionType } from "../ids.ts";
import { budgetFrom } from "../store/items.ts";
import { ABSENT } from "../stored.ts";
import { NO_CEILINGS } from "./ceiling.ts";
import { claimTerms } from "./claim-terms.ts";
import { limitInForce } from "./decay.ts";
import { type BudgetConfigs, budgetInForce, budgetTerms } from "./terms.ts";

const NONE: BudgetConfigs = { account: ABSENT, accountActionType: ABSENT, tenant: ABSENT };

function termsFor(configs: Partial<BudgetConfigs>, type: ActionType | undefined = NOTE) {
  return budgetTerms({ ...NONE, ...configs }, type, calendar());
}

/** The configured ceilings by limit; `undefined` for what is counted and not limited. */
function limitsFor(configs: Partial<BudgetConfigs>, type?: ActionType) {
  const answer = termsFor(configs, type);
  if (answer.status === "missing") return answer.problem;
  return Object.fromEntries(
    answer.terms.draws.map(({ limitedBy, ceiling }) => [limitedBy, ceiling?.configured]),
  );
}

describe("the terms in force", () => {
  test("are the account's own, in UTC and without decay unless they say so", () => {
    expect(termsFor({ account: readable(aBudget()) })).toEqual({
      status: "configured",
      terms: {
        timeZone: "UTC",
        draws: [
          {
            counter: "count",
            units: 1,
            ceiling: { configured: 5, decay: undefined },
            limitedBy: "DAY",
          },
          {
            counter: "count#CREATE_INTERNAL_NOTE",
            units: 1,
            ceiling: undefined,
            limitedBy: "ACTION_TYPE",
          },
        ],
      },
    });
  });

  test("BUD-9: are the tenant's default for an account that has none", () => {
    const tenant = readable(aBudget({ max_autonomous_per_day: 9, timezone: "Europe/Berlin" }));
    expect(termsFor({ tenant })).toMatchObject({ terms: { timeZone: "Europe/Berlin" } });
    expect(limitsFor({ tenant })).toMatchObject({ DAY: 9 });
    const account = readable(aBudget());
    expect(termsFor({ tenant, account })).toMatchObject({ terms: { timeZone: "UTC" } });
    expect(limitsFor({ tenant, account })).toMatchObject({ DAY: 5 });
  });

  test("BUD-9: are never the tenant's where the account has anything of its own", () => {
    const tenant = readable(aBudget({ max_autonomous_per_day: 9 }));
    expect(budgetInForce(ABSENT, tenant)).toBe(tenant);
    for (const account of [readable(aBudget()), unreadable()]) {
      expect(budgetInForce(account, tenant)).toBe(account);
      expect(budgetInForce(account, ABSENT)).toBe(account);
    }
  });

  test("of any action are those of every type, without the draw on its own counter", () => {
    const capped = readable(aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 3 } }));
    const answer = budgetTerms({ ...NONE, account: capped }, undefined, calendar());
    if (answer.status === "missing") return expect.unreachable();
    expect(answer.terms.draws.map(({ counter }) => counter)).toEqual(["count"]);
    expect(limitsFor({ account: capped })).toEqual({ DAY: 5, ACTION_TYPE: 3 });
  });

  test("do not exist for a claim where the budget's state cannot be read", () => {
    const budgets = { ...NONE, account: readable(aBudget()) };
    const stored = { budgets, ceilings: NO_CEILINGS, tenantBudgetState: ABSENT };
    const answer = claimTerms({ ...stored, budgetState: unreadable() }, NOTE, calendar());
    expect(answer).toEqual({
      status: "missing",
      problem: "the stored budget state cannot be read",
    });
    expect(claimTerms({ ...stored, budgetState: ABSENT }, NOTE, calendar())).toEqual(
      termsFor({ account: budgets.account }),
    );
  });

  test("BUD-8: hold a type to its own item rather than to the budget's map", () => {
    const account = readable(
      aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 3, FLAG_FOR_REVIEW: 1 } }),
    );
    const accountActionType = readable({ max_autonomous_per_day: 7 });
    expect(limitsFor({ account })).toMatchObject({ ACTION_TYPE: 3 });
    expect(limitsFor({ account, accountActionType })).toMatchObject({ ACTION_TYPE: 7 });
    expect(limitsFor({ account }, actionType("OTHER"))).toEqual({
      DAY: 5,
      ACTION_TYPE: undefined,
    });
  });

  test("BUD-2: keep a cap of 0", () => {
    const account = readable(aBudget({ max_per_action_type: { CREATE_INTERNAL_NOTE: 0 } }));
    expect(limitsFor({ account })).toMatchObject({ ACTION_TYPE: 0 });
  });

  test("a type's own item is no budget by itself", () => {
    expect(termsFor({ accountActionType: readable({ max_autonomous_per_day: 7 }) }).status).toBe(
      "missing",
    );
  });

  test.each([
    ["the account's budget", { account: unreadable(), tenant: readable(aBudget()) }],
    ["the tenant's, where it is needed", { tenant: unreadable() }],
    ["the type's cap", { account: readable(aBudget()), accountActionType: unreadable() }],
  ])("do not exist when %s cannot be read", (_, configs) => {
    expect(termsFor(configs).status).toBe("missing");
  });

  test("do not mind a tenant's default that cannot be read where it is not needed", () => {
    expect(termsFor({ account: readable(aBudget()), tenant: unreadable() }).status).toBe(
      "configured",
    );
  });
});

test.each([
  ["a limit as text", { max_autonomous_per_day: "5" }],
  ["a negative limit", { max_autonomous_per_day: -1 }],
  ["half a limit", { max_autonomous_per_day: 2.5 }],
  ["no limit", { max_autonomous_per_day: undefined }],
  ["a boundless limit", { max_autonomous_per_day: Number.POSITIVE_INFINITY }],
  ["a cap as text", { max_per_action_type: { CREATE_INTERNAL_NOTE: "1" } }],
  ["a cap for all types", { max_per_action_type: { DEFAULT: 1 } }],
  ["caps that are a list", { max_per_action_type: [1] }],
  ["a zone that is none", { timezone: "Mars/Olympus" }],
  ["a zone that is an offset", { timezone: "+02:00" }],
  ["decay as text", { decay_if_unused: "false" }],
  ["a limit that is not exact", { max_autonomous_per_day: Number.MAX_SAFE_INTEGER + 1 }],
])("a stored budget with %s cannot be read", (_, wrong) => {
  const stored = { max_autonomous_per_day: 5, updated_at: "2026-11-01T00:00:00Z" };
  expect(budgetFrom(stored).status).toBe("readable");
  expect(budgetFrom({ ...stored, ...wrong }).status).toBe("unreadable");
});

test("a stored budget needs no more than its limit", () => {
  expect(budgetFrom({ max_autonomous_per_day: 5 }).status).toBe("readable");
});

test.each(["2026-01-28", "", "yesterday", null, 7, { at: "2026-11-01T00:00:00Z" }])(
  "a stored budget changed at %j, no instant, is one whose last change is not known",
  (updated_at) => {
    const budget = { max_autonomous_per_day: 100, decay_if_unused: true };
    const account = budgetFrom({ ...budget, updated_at, updated_by: 7 });
    const answer = termsFor({ account });
    expect(answer).toEqual(termsFor({ account: budgetFrom(budget) }));
    if (answer.status === "missing") return expect.unreachable();
    // The safe side: knowing the change could only leave more.
    const [ofDay] = answer.terms.draws;
    if (ofDay?.ceiling === undefined) return expect.unreachable();
    const dateKey = day("2026-11-22");
    expect(limitInForce(ofDay.ceiling, { dateKey }).limit).toBe(1);
    const previousConsumedOn = day("2026-11-10");
    expect(limitInForce(ofDay.ceiling, { dateKey, previousConsumedOn }).limit).toBe(50);
  },
);

test("a stored budget is read however large it is, and however many types it caps", () => {
  const max_autonomous_per_day = Number.MAX_SAFE_INTEGER;
  const types = Array.from({ length: 2_000 }, (_, i) => [`TYPE_${i}`, max_autonomous_per_day - i]);
  const max_per_action_type = Object.fromEntries(types);
  const account = budgetFrom({ max_autonomous_per_day, max_per_action_type });
  expect(limitsFor({ account }, actionType("TYPE_1999"))).toEqual({
    DAY: max_autonomous_per_day,
    ACTION_TYPE: max_autonomous_per_day - 1_999,
  });
});

test("decay counts the budget's change in its own zone, and lowers no type's cap", () => {
  const account = readable(
    aBudget({
      decay_if_unused: true,
      timezone: "Asia/Tokyo",
      updated_at: "2026-11-01T15:00:00.000Z",
      max_per_action_type: { CREATE_INTERNAL_NOTE: 2 },
    }),
  );
  expect(termsFor({ account })).toMatchObject({
    terms: {
      draws: [
        { ceiling: { configured: 5, decay: { changedOn: "2026-11-02" } } },
        { ceiling: { configured: 2, decay: undefined } },
      ],
    },
  });
});
