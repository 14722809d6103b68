import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACCOUNT, day, NOTE } from "../../test/fixtures.ts";
import { runs } from "../../test/runs.ts";
import type { ConfigAddress, ConfigScope } from "../config/address.ts";
import { AccountId, ActionType, IntentId, TenantId } from "../ids.ts";
import { configAddress } from "./config-keys.ts";
import { accountPk, closedDaySk, decisionKey, listPk, shardOf, tenantPk } from "./keys.ts";

describe("the keys are those of the contract", () => {
  const account = { kind: "ACCOUNT", ...ACCOUNT } as const;
  const tenant = { kind: "TENANT", tenant_id: ACCOUNT.tenant_id } as const;
  test.each([
    ["GLOBAL", "AUTONOMY#DEFAULT", { scope: { kind: "GLOBAL" }, object: { kind: "MODE" } }],
    ["TENANT#acme", "AUTONOMY#DEFAULT", { scope: tenant, object: { kind: "MODE" } }],
    [
      "TENANT#acme#ACCOUNT#acct_42",
      "AUTONOMY#CREATE_INTERNAL_NOTE",
      { scope: account, object: { kind: "MODE", action_type: NOTE } },
    ],
    ["TENANT#acme", "BUDGET#CONFIG", { scope: tenant, object: { kind: "BUDGET" } }],
    [
      "TENANT#acme#ACCOUNT#acct_42",
      "BUDGET#ACTION_TYPE#CREATE_INTERNAL_NOTE",
      { scope: account, object: { kind: "ACTION_TYPE_BUDGET", action_type: NOTE } },
    ],
    [
      "GLOBAL",
      "KILL_SWITCH",
      { scope: { kind: "GLOBAL" }, object: { kind: "KILL_SWITCH", owner: "PLATFORM" } },
    ],
    [
      "TENANT#acme",
      "KILL_SWITCH",
      { scope: tenant, object: { kind: "KILL_SWITCH", owner: "TENANT" } },
    ],
    [
      "TENANT#acme#ACCOUNT#acct_42",
      "KILL_SWITCH#PLATFORM",
      { scope: account, object: { kind: "KILL_SWITCH", owner: "PLATFORM" } },
    ],
    [
      "TENANT#acme",
      "ACTION_TYPE#CREATE_INTERNAL_NOTE",
      { scope: tenant, object: { kind: "ACTION_TYPE", action_type: NOTE } },
    ],
  ] satisfies [string, string, ConfigAddress][])("%s %s", (pk, sk, address) => {
    expect(configAddress(address)).toEqual({ table: "config", pk, sk });
  });

  test("DECISION# and BUDGET_STATE#", () => {
    const ref = { ...ACCOUNT, action_intent_id: IntentId.parse("ai_1") };
    expect(decisionKey(ref)).toEqual({ pk: "TENANT#acme#ACCOUNT#acct_42", sk: "DECISION#ai_1" });
    expect(closedDaySk(day("2026-11-22"))).toBe("BUDGET_STATE#20261122");
  });
});

/** Ids of few characters and the words of the keys, so that different ones look alike when joined. */
const words = fc
  .array(fc.constantFrom("TENANT", "ACCOUNT", "GLOBAL", "A", ":", "_", "SHARD"), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => parts.join(""))
  .filter((text) => TenantId.safeParse(text).success);
const types = fc
  .constantFrom("CONFIG", "A", "ACTION_TYPE", "CURRENT")
  .map((t) => ActionType.parse(t));
const scopes: fc.Arbitrary<ConfigScope> = fc.oneof(
  fc.constant({ kind: "GLOBAL" } as const),
  words.map((tenant) => ({ kind: "TENANT", tenant_id: TenantId.parse(tenant) }) as const),
  fc.tuple(words, words).map(
    ([tenant, account]) =>
      ({
        kind: "ACCOUNT",
        tenant_id: TenantId.parse(tenant),
        account_id: AccountId.parse(account),
      }) as const,
  ),
);
const objects: fc.Arbitrary<ConfigAddress["object"]> = fc.oneof(
  fc.constantFrom(
    { kind: "MODE" } as const,
    { kind: "BUDGET" } as const,
    {
      kind: "ACTIVE_POLICY",
    } as const,
  ),
  fc
    .constantFrom("PLATFORM" as const, "TENANT" as const)
    .map((owner) => ({ kind: "KILL_SWITCH", owner }) as const),
  types.map((action_type) => ({ kind: "MODE", action_type }) as const),
  types.map((action_type) => ({ kind: "ACTION_TYPE_BUDGET", action_type }) as const),
  types.map((action_type) => ({ kind: "ACTION_TYPE", action_type }) as const),
);

test("different configuration objects have different keys (MODE-7)", () => {
  const addresses = fc.record({ scope: scopes, object: objects });
  fc.assert(
    fc.property(addresses, addresses, (a, b) => {
      const [keyA, keyB] = [configAddress(a), configAddress(b)];
      const sameKey = keyA.pk === keyB.pk && keyA.sk === keyB.sk;
      expect(sameKey).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)));
    }),
    { numRuns: runs(20_000) },
  );
});

test("no tenant's partition is an account's, a list's, or another tenant's", () => {
  fc.assert(
    fc.property(words, words, words, fc.nat({ max: 7 }), (tenant, other, account, shard) => {
      const tenant_id = TenantId.parse(tenant);
      const otherId = TenantId.parse(other);
      const pk = tenantPk(tenant_id);
      expect(pk).not.toBe(accountPk({ tenant_id: otherId, account_id: AccountId.parse(account) }));
      expect(pk).not.toBe(listPk(otherId, shard));
      expect(pk === tenantPk(otherId)).toBe(tenant === other);
    }),
    { numRuns: runs(10_000) },
  );
});

test("an account's shard is one of 8, for ever the same", () => {
  const shards = Array.from({ length: 800 }, (_, i) => shardOf(AccountId.parse(`acct_${i}`)));
  expect(new Set(shards)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
  // FNV-1a of "a" is 0xe40c292c.
  expect(shardOf(AccountId.parse("a"))).toBe(0xe40c292c % 8);
});

/** For everyone there is one switch, whatever owner is named. */
function sorted({ scope, object: named }: ConfigAddress) {
  const isOfAll = scope.kind === "GLOBAL" && named.kind === "KILL_SWITCH";
  const object = isOfAll ? { ...named, owner: "PLATFORM" } : named;
  return [Object.entries(scope).sort(), Object.entries(object).sort()];
}
