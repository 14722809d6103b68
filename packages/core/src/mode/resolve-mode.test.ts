import { describe, expect, test } from "vitest";
import { readable, unreadable } from "../../test/fixtures.ts";
import { ABSENT } from "../stored.ts";
import { AUTONOMY_MODES, AutonomyModeConfigV1, MODE_LEVELS, type ModeLevel } from "./mode.ts";
import { type ModeLevels, resolveMode } from "./resolve-mode.ts";

const NOTHING: ModeLevels = {
  ACCOUNT_ACTION_TYPE: ABSENT,
  TENANT_ACTION_TYPE: ABSENT,
  ACCOUNT_DEFAULT: ABSENT,
  TENANT_DEFAULT: ABSENT,
  GLOBAL_DEFAULT: ABSENT,
};

/** The order of the specification, written out once more. */
const ORDER = [
  "ACCOUNT_ACTION_TYPE",
  "TENANT_ACTION_TYPE",
  "ACCOUNT_DEFAULT",
  "TENANT_DEFAULT",
  "GLOBAL_DEFAULT",
] as const satisfies readonly ModeLevel[];

/** All 32 ways of having each level configured or not. */
const COMBINATIONS = Array.from({ length: 32 }, (_, bits) =>
  ORDER.filter((_level, index) => (bits & (1 << index)) !== 0),
);

/** A different mode at every level and its neighbours, so that a wrong level is seen. */
const MODE_AT = {
  ACCOUNT_ACTION_TYPE: "AUTO_EXECUTE",
  TENANT_ACTION_TYPE: "DISABLED",
  ACCOUNT_DEFAULT: "PROPOSE_ONLY",
  TENANT_DEFAULT: "APPROVAL_REQUIRED",
  GLOBAL_DEFAULT: "AUTO_EXECUTE",
} as const;

test("there are five levels, the global default among them (MODE-3)", () => {
  expect(MODE_LEVELS).toEqual(ORDER);
});

describe.each(COMBINATIONS)("with %s %s %s %s %s configured", (...names) => {
  const present = ORDER.filter((level) => names.includes(level));
  const first = present[0];

  test("the first of them answers, and says that it did", () => {
    const levels = { ...NOTHING };
    for (const level of present) levels[level] = readable(MODE_AT[level]);
    const expected =
      first === undefined
        ? { mode: "APPROVAL_REQUIRED", source: "NOT_CONFIGURED" }
        : { mode: MODE_AT[first], source: first };
    expect(resolveMode(levels)).toEqual(expected);
  });

  test("something unreadable at the first of them is not passed over", () => {
    if (first === undefined) return;
    const levels: ModeLevels = {
      ...NOTHING,
      ...Object.fromEntries(present.map((level) => [level, readable("AUTO_EXECUTE")])),
      [first]: unreadable('"YOLO"'),
    };
    expect(resolveMode(levels)).toEqual({ mode: null, source: first, found: '"YOLO"' });
  });

  test("something unreadable below the first of them does not matter", () => {
    if (first === undefined) return;
    const levels: ModeLevels = {
      ...NOTHING,
      ...Object.fromEntries(present.map((level) => [level, unreadable()])),
      [first]: readable("DISABLED"),
    };
    expect(resolveMode(levels)).toEqual({ mode: "DISABLED", source: first });
  });
});

test("MODE-2: a type-level mode of the tenant stands above the account's default, as specified", () => {
  const levels = {
    ...NOTHING,
    TENANT_ACTION_TYPE: readable("AUTO_EXECUTE"),
    ACCOUNT_DEFAULT: readable("DISABLED"),
  } as const;
  expect(resolveMode(levels)).toEqual({ mode: "AUTO_EXECUTE", source: "TENANT_ACTION_TYPE" });
});

describe("AutonomyModeConfigV1", () => {
  const valid = {
    tenant_id: "acme",
    account_id: "acct_42",
    action_type: "CREATE_INTERNAL_NOTE",
    mode: "AUTO_EXECUTE",
    updated_at: "2026-11-22T09:30:00.000Z",
  };

  test("names its version when nobody did", () => {
    expect(AutonomyModeConfigV1.parse(valid).policy_version).toBe("AutonomyModeConfigV1");
  });

  test.each(AUTONOMY_MODES)("takes the mode %s", (mode) => {
    expect(AutonomyModeConfigV1.safeParse({ ...valid, mode }).success).toBe(true);
  });

  test.each([
    ["MODE-4: garbage for a mode", { mode: "YOLO" }],
    ["a mode in lower case", { mode: "auto_execute" }],
    ["MODE-7: a tenant that names an account", { tenant_id: "t#ACCOUNT#g" }],
    ["MODE-7: an action type that names the default row", { action_type: "DEFAULT" }],
    ["an account without its tenant", { tenant_id: undefined, action_type: undefined }],
    ["a type for everyone", { tenant_id: undefined, account_id: undefined }],
    ["a time that is none", { updated_at: "today" }],
  ])("refuses %s", (_, wrong) => {
    expect(AutonomyModeConfigV1.safeParse({ ...valid, ...wrong }).success).toBe(false);
  });
});
