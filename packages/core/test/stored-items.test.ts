import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ActionTypeBudgetV1, AutonomyBudgetV1 } from "../src/budget/budget.ts";
import { TenantCeilingV1 } from "../src/budget/ceiling.ts";
import { budgetWritesOf } from "../src/budget/claim.ts";
import { BudgetReport } from "../src/budget/report.ts";
import { ActionTypeConfigV1 } from "../src/catalogue/action-type.ts";
import { RecordFields } from "../src/decision/decision.ts";
import { KillSwitchV1 } from "../src/kill-switch/kill-switch.ts";
import { AutonomyModeConfigV1 } from "../src/mode/mode.ts";
import { PolicyFacts } from "../src/policy/facts.ts";
import { ActivePolicyV1 } from "../src/policy/policy.ts";
import { budgetWrites } from "../src/store/budget-write.ts";
import { changeWrites } from "../src/store/config-items.ts";
import { recordItem } from "../src/store/items.ts";
import type { Item, Write } from "../src/table/table.ts";
import { ACCOUNT, aClaim, aRecord, countersOf, day, NOTE } from "./fixtures.ts";

let page: string;

beforeAll(async () => {
  page = await readFile(join(import.meta.dirname, "../../../docs/stored-items.md"), "utf8");
});

test("docs/stored-items.md names every attribute that is written", () => {
  const names = new Set([...page.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
  expect([...written()].filter((name) => !names.has(name))).toEqual([]);
});

test("docs/stored-items.md names no attribute that is not written", () => {
  const attributes = [...page.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) =>
    cell.split(", ").map((name) => name.replaceAll("`", "")),
  );
  expect(attributes.length).toBeGreaterThan(50);
  expect(attributes.filter((name) => !written().has(name))).toEqual([]);
});

/** Every attribute of the items that core writes, beside their keys. */
function written(): Set<string> {
  const names = [
    ...[RecordFields, PolicyFacts, BudgetReport].flatMap(({ shape }) => Object.keys(shape)),
    ...Object.keys(recordItem(aRecord())),
    ...itemsOfADayClosed().flatMap((item) => Object.keys(item)),
    ...Object.keys(anAuditEntry()),
    ...[
      AutonomyModeConfigV1,
      AutonomyBudgetV1,
      TenantCeilingV1,
      ActionTypeBudgetV1,
      KillSwitchV1,
      ActionTypeConfigV1,
      ActivePolicyV1,
    ].flatMap(({ shape }) => Object.keys(shape)),
  ];
  return new Set(names.map((name) => name.replace(NOTE, "<ACTION_TYPE>")));
}

/** The budget's items of a commit that opens a day: the current state, and the day before it. */
function itemsOfADayClosed() {
  const counts = countersOf(1, { [NOTE]: 1 });
  const position = {
    dateKey: day("2026-11-22"),
    counts: new Map(),
    previousConsumedOn: day("2026-11-21"),
    setAside: [{ dateKey: day("2030-01-01"), counts }],
    basis: {
      kind: "earlier-day",
      closing: { dateKey: day("2026-11-21"), counts },
    },
    fence: 1,
  } as const;
  const writes = budgetWritesOf(
    ACCOUNT,
    position,
    [{ claim: aClaim() }],
    "2026-11-22T09:30:00.000Z",
  );
  return writes.flatMap(budgetWrites).map(itemOf);
}

function anAuditEntry() {
  const change = {
    scope: { kind: "ACCOUNT", ...ACCOUNT },
    object: { kind: "KILL_SWITCH", owner: "TENANT" },
    actor: "key:1",
    action: "PUT /kill-switch",
    request_id: "r",
    at: "2026-11-22T09:30:00.000Z",
  } as const;
  return changeWrites(change, "id", 1).map(itemOf)[1] ?? {};
}

function itemOf(write: Write): Item {
  return write.kind === "put" ? write.item : {};
}
