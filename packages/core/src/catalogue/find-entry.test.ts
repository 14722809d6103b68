import { expect, test } from "vitest";
import { actionType, NOTE, readable, unreadable } from "../../test/fixtures.ts";
import { catalogueEntryFrom } from "../store/items.ts";
import { ABSENT } from "../stored.ts";
import { BUILT_IN_CATALOGUE } from "./built-in.ts";
import { findEntry } from "./find-entry.ts";
import { looserFields } from "./floor.ts";

const HIGH = { risk_tier: "HIGH", min_confidence: 0.9, external_contact: false } as const;
const LOW = { risk_tier: "LOW", min_confidence: 0.6, external_contact: true } as const;

test("the built-in catalogue is that of the contract", () => {
  const rows = [...BUILT_IN_CATALOGUE].map(([type, entry]) => [
    type,
    entry.risk_tier,
    entry.min_confidence,
    entry.external_contact,
  ]);
  expect(rows).toEqual([
    ["REQUEST_RENEWAL_MEETING", "HIGH", 0.75, true],
    ["REQUEST_DISCOVERY_CALL", "HIGH", 0.75, true],
    ["REQUEST_STAKEHOLDER_INTRO", "HIGH", 0.75, true],
    ["UPDATE_OPPORTUNITY_STAGE", "MEDIUM", 0.7, false],
    ["CREATE_OPPORTUNITY", "MEDIUM", 0.7, false],
    ["UPDATE_ACCOUNT_FIELDS", "MEDIUM", 0.7, false],
    ["CREATE_INTERNAL_NOTE", "LOW", 0.65, false],
    ["CREATE_INTERNAL_TASK", "LOW", 0.65, false],
    ["FLAG_FOR_REVIEW", "LOW", 0.65, false],
    ["FETCH_ACCOUNT_NEWS", "MINIMAL", 0.6, false],
    ["ANALYZE_USAGE_PATTERNS", "MINIMAL", 0.6, false],
  ]);
});

test.each([
  ["the tenant's own", readable(HIGH), ABSENT, { source: "TENANT", entry: HIGH }],
  ["the global one", ABSENT, readable(LOW), { source: "GLOBAL", entry: LOW }],
  ["an unreadable one of the tenant", unreadable(), readable(LOW), { source: "UNREADABLE" }],
  ["an unreadable global one", ABSENT, unreadable(), { source: "UNREADABLE" }],
  ["an unreadable floor", readable(HIGH), unreadable(), { source: "UNREADABLE" }],
])("%s answers, whole", (_, TENANT, GLOBAL, answer) => {
  expect(findEntry({ TENANT, GLOBAL }, NOTE)).toEqual(answer);
});

const FLOOR = { risk_tier: "MEDIUM", min_confidence: 0.8, external_contact: false } as const;

test.each([
  [{}, "GLOBAL", {}],
  [{ risk_tier: "MINIMAL" }, "GLOBAL", {}],
  [{ min_confidence: 0 }, "GLOBAL", {}],
  [{ risk_tier: "HIGH" }, "TENANT", { risk_tier: "HIGH" }],
  [{ min_confidence: 0.81 }, "TENANT", { min_confidence: 0.81 }],
  [{ external_contact: true }, "TENANT", { external_contact: true }],
  [{ risk_tier: "LOW", min_confidence: 1 }, "TENANT", { min_confidence: 1 }],
] as const)("a tenant's %j tightens the floor and never loosens it", (own, source, changed) => {
  const configured = { TENANT: readable({ ...FLOOR, ...own }), GLOBAL: readable(FLOOR) };
  expect(findEntry(configured, NOTE)).toEqual({ source, entry: { ...FLOOR, ...changed } });
});

test("a floor of contact outside holds", () => {
  const outside = { ...FLOOR, external_contact: true };
  const configured = { TENANT: readable(FLOOR), GLOBAL: readable(outside) };
  expect(findEntry(configured, NOTE)).toEqual({ source: "GLOBAL", entry: outside });
  expect(looserFields(FLOOR, outside)).toEqual(["external_contact"]);
});

test("with none configured the built-in one answers, and otherwise nothing does", () => {
  const none = { TENANT: ABSENT, GLOBAL: ABSENT };
  expect(findEntry(none, NOTE).source).toBe("BUILT_IN");
  expect(findEntry(none, actionType("WIRE_MONEY"))).toEqual({ source: "NONE" });
  expect(findEntry(none, actionType("CONSTRUCTOR"))).toEqual({ source: "NONE" });
});

test.each([
  ["an unknown tier", { ...HIGH, risk_tier: "EXTREME" }],
  ["a tier in lower case", { ...HIGH, risk_tier: "low" }],
  ["a minimum in percent", { ...HIGH, min_confidence: 65 }],
  ["a minimum as text", { ...HIGH, min_confidence: "0.65" }],
  ["a negative minimum", { ...HIGH, min_confidence: -0.1 }],
  ["contact as text", { ...HIGH, external_contact: "false" }],
  ["a missing tier", { ...HIGH, risk_tier: undefined }],
])("a stored entry with %s is unreadable", (_, stored) => {
  expect(catalogueEntryFrom(stored).status).toBe("unreadable");
});
