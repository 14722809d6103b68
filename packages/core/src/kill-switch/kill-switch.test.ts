import { describe, expect, test } from "vitest";
import { actionType, NO_STOPS, NOTE, readable } from "../../test/fixtures.ts";
import { instantMs } from "../day.ts";
import { killSwitchFrom } from "../store/items.ts";
import { KillSwitchEffect } from "./applied.ts";
import { appliedKillSwitches, KillSwitchV1, switchName } from "./kill-switch.ts";

const NOW = instantMs("2026-11-22T09:30:00.000Z");

/** An item as the table holds it: engaged, for everything, for good, unless told otherwise. */
function item(more: Record<string, unknown> = {}) {
  return {
    engaged: true,
    effect: "BLOCK",
    reason: "incident 7",
    updated_at: "2026-11-22T09:00:00.000Z",
    updated_by: "ops",
    ...more,
  };
}

function stopsFor(stored: Record<string, unknown>, type = NOTE) {
  return appliedKillSwitches({ ...NO_STOPS, TENANT: killSwitchFrom(stored) }, type, NOW);
}

test("no switch anywhere stops nothing", () => {
  expect(appliedKillSwitches(NO_STOPS, NOTE, NOW)).toEqual([]);
});

test.each([
  ["GLOBAL", "PLATFORM"],
  ["TENANT", "PLATFORM"],
  ["TENANT", "TENANT"],
  ["ACCOUNT", "PLATFORM"],
  ["ACCOUNT", "TENANT"],
] as const)("the switch of %s by %s stops, and says why and whose it is", (scope, owner) => {
  const name = switchName(scope, owner);
  const stops = appliedKillSwitches({ ...NO_STOPS, [name]: killSwitchFrom(item()) }, NOTE, NOW);
  expect(stops).toEqual([{ scope, owner, effect: "BLOCK", reason: "incident 7" }]);
});

test("all that apply are listed, widest scope first and the platform's first", () => {
  const on = readable({ engaged: true, effect: "REQUIRE_APPROVAL" } as const);
  const all = {
    ACCOUNT: on,
    TENANT: on,
    ACCOUNT_PLATFORM: on,
    TENANT_PLATFORM: on,
    GLOBAL: on,
  };
  expect(appliedKillSwitches(all, NOTE, NOW).map(({ scope, owner }) => [scope, owner])).toEqual([
    ["GLOBAL", "PLATFORM"],
    ["TENANT", "PLATFORM"],
    ["TENANT", "TENANT"],
    ["ACCOUNT", "PLATFORM"],
    ["ACCOUNT", "TENANT"],
  ]);
});

test("a switch that is off lifts no other owner's", () => {
  const off = killSwitchFrom({ engaged: false });
  const switches = { ...NO_STOPS, TENANT_PLATFORM: killSwitchFrom(item()), TENANT: off };
  expect(appliedKillSwitches(switches, NOTE, NOW)).toMatchObject([{ owner: "PLATFORM" }]);
});

test("a switch for some types stops those and no others", () => {
  const stored = item({ action_types: ["CREATE_INTERNAL_NOTE", "FLAG_FOR_REVIEW"] });
  expect(stopsFor(stored, NOTE)).toHaveLength(1);
  expect(stopsFor(stored, actionType("FLAG_FOR_REVIEW"))).toHaveLength(1);
  expect(stopsFor(stored, actionType("CREATE_INTERNAL"))).toHaveLength(0);
  expect(stopsFor(stored, actionType("CREATE_INTERNAL_TASK"))).toHaveLength(0);
});

test.each([
  ["2026-11-22T09:29:59.999Z", 0],
  ["2026-11-22T09:30:00.000Z", 0],
  ["2026-11-22T09:30:00.000001Z", 1],
  ["2026-11-22T09:30:00.001Z", 1],
  ["2026-11-22T10:29:59+01:00", 0],
])("a switch that ends at %s applies %i times at half past nine", (expires_at, count) => {
  expect(stopsFor(item({ expires_at }))).toHaveLength(count);
});

test("a switch that is off stops nothing, whatever else it holds", () => {
  expect(stopsFor({ engaged: false })).toEqual([]);
  expect(stopsFor(item({ engaged: false, effect: 7, expires_at: "never" }))).toEqual([]);
});

test("a switch is read whatever its length: it stops the types it names and no others", () => {
  const action_types = Array.from({ length: 101 }, (_, i) => `TYPE_${i}`);
  const stored = item({ action_types, reason: "x".repeat(257) });
  expect(stopsFor(stored, NOTE)).toEqual([]);
  expect(stopsFor(stored, actionType("TYPE_100"))).toEqual([
    { scope: "TENANT", owner: "TENANT", effect: "BLOCK", reason: `${"x".repeat(255)}…` },
  ]);
});

test.each([
  ["x".repeat(256), "x".repeat(256)],
  [`${"x".repeat(254)}😀😀`, `${"x".repeat(254)}\ufffd…`],
  ["x".repeat(300_000), `${"x".repeat(255)}…`],
])("says of a reason what fits into a decision, as well-formed text", (reason, said) => {
  const [stop] = stopsFor(item({ reason }));
  expect(stop?.reason).toBe(said);
  expect(stop?.reason?.isWellFormed()).toBe(true);
});

test("who set a switch and when is not asked of it", () => {
  const stored = item({ action_types: ["OTHER"], updated_at: "2026-01-28", updated_by: null });
  expect(stopsFor(stored, NOTE)).toEqual([]);
});

test("attributes that others left out are not missed", () => {
  expect(stopsFor({ engaged: true, effect: "REQUIRE_APPROVAL" })).toEqual([
    { scope: "TENANT", owner: "TENANT", effect: "REQUIRE_APPROVAL" },
  ]);
});

describe("a corrupt switch counts as engaged (KILL-1, KILL-2)", () => {
  test.each([
    ["off as text", item({ engaged: "false", effect: "REQUIRE_APPROVAL" })],
    ["off as a number", item({ engaged: 0, effect: "REQUIRE_APPROVAL" })],
    ["off as nothing", item({ engaged: null, effect: "REQUIRE_APPROVAL" })],
    ["no word on being engaged", { effect: "REQUIRE_APPROVAL" }],
    ["no effect", item({ effect: undefined })],
    ["an unknown effect", item({ effect: "PAUSE" })],
    ["an effect that is an object", item({ effect: { toString: "BLOCK" } })],
    ["types as text", item({ effect: "REQUIRE_APPROVAL", action_types: "SOME_OTHER_TYPE" })],
    ["no types at all", item({ effect: "REQUIRE_APPROVAL", action_types: [] })],
    ["an end that is no instant", item({ effect: "REQUIRE_APPROVAL", expires_at: "2020" })],
    ["an empty item", {}],
  ])("%s", (_, stored) => {
    expect(stopsFor(stored)).toEqual([
      { scope: "TENANT", owner: "TENANT", effect: "REQUIRE_APPROVAL", unreadable: true },
    ]);
  });

  test("and still blocks when it says BLOCK", () => {
    expect(stopsFor(item({ engaged: "yes" }))).toEqual([
      { scope: "TENANT", owner: "TENANT", effect: "BLOCK", unreadable: true },
    ]);
  });

  test("whatever type it is asked for", () => {
    for (const effect of KillSwitchEffect.options) {
      const switches = { ...NO_STOPS, GLOBAL: { status: "unreadable", effect } as const };
      expect(appliedKillSwitches(switches, actionType("X"), NOW)).toEqual([
        { scope: "GLOBAL", owner: "PLATFORM", effect, unreadable: true },
      ]);
    }
  });
});

test.each([
  ["engaged as text", { engaged: "false" }],
  ["no types", { action_types: [] }],
  ["types as text", { action_types: "CREATE_INTERNAL_NOTE" }],
  ["the row of all types", { action_types: ["DEFAULT"] }],
  ["an unknown effect", { effect: "PAUSE" }],
  ["no actor", { updated_by: undefined }],
  ["no reason", { reason: undefined }],
])("nobody can set a switch with %s", (_, wrong) => {
  expect(KillSwitchV1.safeParse(item()).success).toBe(true);
  expect(KillSwitchV1.safeParse(item(wrong)).success).toBe(false);
});
