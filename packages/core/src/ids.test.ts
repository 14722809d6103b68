import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../test/runs.ts";
import {
  AccountId,
  ActionType,
  accountKey,
  IntentId,
  intentKey,
  isLookAlike,
  TenantId,
} from "./ids.ts";

const ID_SCHEMAS = { TenantId, AccountId, IntentId };

const GOOD = ["a", "7", "acme", "acct_42", "a.b:c@d-e_f", "ai_1769600000000_x7k2", "x".repeat(128)];
const BAD = [
  "",
  "x".repeat(129),
  "_a",
  "-a",
  ".a",
  "a#b",
  "t#ACCOUNT#g",
  "a b",
  "a/b",
  "a\n",
  "a\u0000",
  "аcme",
  "ａcme",
  "acme\u200b",
  "é",
  7,
  null,
  {},
  ["a"],
];

test.each(Object.entries(ID_SCHEMAS))("%s accepts what the contract allows", (_, schema) => {
  for (const id of GOOD) expect(schema.safeParse(id).success, id).toBe(true);
});

test.each(Object.entries(ID_SCHEMAS))("%s refuses everything else", (_, schema) => {
  for (const id of BAD) expect(schema.safeParse(id).success, JSON.stringify(id)).toBe(false);
});

test("an action type is upper-case words, and never the row for all types (MODE-7)", () => {
  for (const type of ["A", "CREATE_INTERNAL_NOTE", "X9_", "A".repeat(64), "DEFAULT_"]) {
    expect(ActionType.safeParse(type).success, type).toBe(true);
  }
  const bad = ["DEFAULT", "", "a", "9A", "_A", "A-B", "A#B", "A B", "Ä", "A\n", "A".repeat(65), 1];
  for (const type of bad) {
    expect(ActionType.safeParse(type).success, JSON.stringify(type)).toBe(false);
  }
});

/** Ids made of few characters, so that different ones often look alike when joined. */
const ids = fc.stringMatching(/^[AC][AC_.:@-]{0,3}$/);

test("different accounts have different keys", () => {
  const refs = fc.record({
    tenant_id: ids.map((id) => TenantId.parse(id)),
    account_id: accounts(),
  });
  fc.assert(
    fc.property(refs, refs, (a, b) => {
      const same = a.tenant_id === b.tenant_id && a.account_id === b.account_id;
      expect(accountKey(a) === accountKey(b)).toBe(same);
    }),
    { numRuns: runs(10_000) },
  );
});

test("different intents have different keys", () => {
  const refs = fc.record({
    tenant_id: ids.map((id) => TenantId.parse(id)),
    account_id: accounts(),
    action_intent_id: ids.map((id) => IntentId.parse(id)),
  });
  fc.assert(
    fc.property(refs, refs, (a, b) => {
      expect(intentKey(a) === intentKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: runs(10_000) },
  );
});

function accounts() {
  return ids.map((id) => AccountId.parse(id));
}

test.each([
  ["acct_42", "ACCT-42", true],
  ["acct_42", "acct42", true],
  ["a.b:c", "A_B-C", true],
  ["acct_42", "acct_42", false],
  ["acct_42", "acct_43", false],
  ["acct_42", "acct@42", false],
])("%s looks like %s, another account: %s", (one, other, expected) => {
  expect(isLookAlike(AccountId.parse(one), AccountId.parse(other))).toBe(expected);
});
