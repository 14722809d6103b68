import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OUTCOME_DETAILS } from "@autonomy-gate/core/gate";
import { ActionIntentCreated } from "@autonomy-gate/core/intent";
import { matchesPattern } from "@autonomy-gate/local/events/pattern";
import { readIntents } from "@autonomy-gate/local/intents-file";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import draft04 from "ajv-draft-04";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outcomeOf } from "../../core/src/outcome/outcome.ts";
import { intents, permissiveSnapshots, snapshots } from "../../core/test/arbitraries.ts";
import { aRecord } from "../../core/test/fixtures.ts";
import { BUS_EVENTS } from "../src/events.ts";
import { detailDocument, registryDocument } from "../src/json-schema.ts";
import { RULE_PATTERNS } from "../src/rule-patterns.ts";
import { readFolder } from "./contracts-folder.ts";

const ROOT = join(import.meta.dirname, "../../..");

const details = validators(formats.default(new Ajv2020({ strict: true })), detailDocument);
const events = validators(
  formats.default(new draft04.default({ strict: false })),
  registryDocument,
);

const someFacts = fc.oneof(snapshots, permissiveSnapshots);

const outcomes = fc.tuple(intents, someFacts).map(([intent, snapshot]) => {
  const outcome = outcomeOf(aRecord(intent, snapshot), JSON.stringify(intent));
  return { detailType: outcome.detailType, detail: objectOf(JSON.parse(outcome.detail)) };
});

describe("the generated JSON Schemas", () => {
  test("take every outcome the gate emits, in both drafts", () => {
    fc.assert(
      fc.property(outcomes, ({ detailType, detail }) => {
        expect(problems(details, detailType, detail)).toEqual([]);
        expect(problems(events, detailType, eventOf(detailType, detail))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("say of a damaged outcome what the schema that runs says", () => {
    const verdicts = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(outcomes, fc.nat(), damages, ({ detailType, detail }, place, damage) => {
        const damaged = damagedAt(detail, place, damage);
        const runs = OUTCOME_DETAILS[detailType].safeParse(damaged).success;
        const generated = problems(details, detailType, damaged).length === 0;
        expect(generated, JSON.stringify(damaged)).toBe(runs);
        verdicts[runs ? "valid" : "invalid"] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(200);
  });

  test("take no outcome for another", () => {
    fc.assert(
      fc.property(outcomes, ({ detailType, detail }) => {
        const takers = Object.keys(OUTCOME_DETAILS).filter(
          (name) => problems(details, name, detail).length === 0,
        );
        expect(takers).toEqual([detailType]);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ["2030-01-01T00:00:00Z", true],
  ["2030-01-01T00:00:00.123456789+05:30", true],
  ["2030-01-01T00:00Z", true],
  ["2030-01-01T00:00-08:00", true],
  ["2030-01-01T00:00", false],
  ["2030-01-01T00:00.5Z", false],
  ["2030-02-29T00:00Z", false],
  ["2030-01-01", false],
])("an intent that expires at %s is valid by every schema or by none: %s", (expires_at, valid) => {
  const intent = { action_intent_id: "i1", tenant_id: "t", account_id: "a", action_type: "X" };
  const detail = { data: { ...intent, expires_at } };
  const event = eventOf("ActionIntentCreated", detail);
  expect(ActionIntentCreated.safeParse(detail).success).toBe(valid);
  expect(problems(details, "ActionIntentCreated", detail).length === 0).toBe(valid);
  expect(problems(events, "ActionIntentCreated", event).length === 0).toBe(valid);
});

describe("every example", async () => {
  const files = await readFolder(join(ROOT, "examples/intents"));
  const NOT_VALID = "invalid-intent.json";

  test.each([...files])("examples/intents/%s is valid, unless that is its point", (name, text) => {
    for (const detail of readIntents(text, name)) {
      const found = problems(details, "ActionIntentCreated", detail);
      const inEvent = problems(
        events,
        "ActionIntentCreated",
        eventOf("ActionIntentCreated", detail),
      );
      expect(found.length === 0).toBe(name !== NOT_VALID);
      expect(inEvent.length === 0).toBe(name !== NOT_VALID);
      expect(ActionIntentCreated.safeParse(detail).success).toBe(name !== NOT_VALID);
    }
  });

  test.each([
    ["README.md", 1],
    ["docs/publishing.md", 1],
    ["docs/subscribing.md", 2],
  ])("in %s is valid", async (file, count) => {
    const text = await readFile(join(ROOT, file), "utf8");
    const blocks = [...text.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = ""]) => json);
    expect(blocks).toHaveLength(count);
    for (const block of blocks) expectValid(JSON.parse(block));
  });
});

test.each<[string, (outcome: Sent) => boolean]>([
  ["all-outcomes", () => true],
  ["auto-approved", ({ decision }) => decision === "AUTO_EXECUTE"],
  ["approval-required", ({ decision }) => decision === "REQUIRE_APPROVAL"],
  ["blocked", ({ decision }) => decision === "BLOCK"],
  ["one-tenant", ({ tenant_id }) => tenant_id === "acme"],
  ["budget-refusals", ({ reason }) => reason.startsWith("BUDGET_")],
])("the rule pattern %s takes what it says, and nothing else", (name, expected) => {
  const taken = { yes: 0, no: 0 };
  const tenants = fc.constantFrom("acme", "acme2", "globex");
  fc.assert(
    fc.property(outcomes, tenants, ({ detailType, detail }, tenant_id) => {
      const data = { ...objectOf(detail.data), tenant_id };
      const event = eventOf(detailType, { ...detail, data });
      const takes = matchesPattern(RULE_PATTERNS[name], event);
      expect(takes).toBe(expected({ tenant_id, ...decisionIn(data) }));
      taken[takes ? "yes" : "no"] += 1;
      expect(matchesPattern(RULE_PATTERNS[name], { ...event, source: "autonomy.fake" })).toBe(
        false,
      );
    }),
    { numRuns: 1_000 },
  );
  expect(taken.yes).toBeGreaterThan(0);
  if (name !== "all-outcomes") expect(taken.no).toBeGreaterThan(0);
});

test("there is no other rule pattern than those tested here", () => {
  expect(Object.keys(RULE_PATTERNS)).toHaveLength(6);
});

interface Sent {
  readonly tenant_id: string;
  readonly decision: string;
  readonly reason: string;
}

const damages = fc.constantFrom<unknown>(undefined, null, "", "X", 0, -1, 1.5, true, false, [], {});

/** The same with one value, counted from the top, replaced or (undefined) removed. */
function damagedAt(detail: object, place: number, damage: unknown): unknown {
  const places = placesIn(detail, []);
  const target = places[place % places.length] ?? [];
  return replaced(detail, target, damage);
}

function placesIn(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    [...path, key],
    // What the intent itself says is its own matter.
    ...(key === "intent" ? [] : placesIn(child, [...path, key])),
  ]);
}

function replaced(value: unknown, [step, ...further]: readonly string[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((child, index) =>
      String(index) === step ? replaced(child, further, by) : child,
    );
  }
  const fields = { ...objectOf(value), [step]: replaced(objectOf(value)[step], further, by) };
  return JSON.parse(JSON.stringify(fields));
}

function expectValid(json: unknown): void {
  const value = objectOf(json);
  if (Array.isArray(value["detail-type"])) {
    expect(() => matchesPattern(value, {})).not.toThrow();
    return;
  }
  const { decision } = decisionIn(objectOf(value.data));
  const name = BUS_EVENTS.find((event) => event.name === OUTCOME_OF[decision])?.name;
  expect(problems(details, name ?? "ActionIntentCreated", value)).toEqual([]);
}

const OUTCOME_OF: Readonly<Record<string, string>> = {
  AUTO_EXECUTE: "ActionAutoApproved",
  REQUIRE_APPROVAL: "ActionApprovalRequired",
  BLOCK: "ActionBlocked",
};

function decisionIn(data: Readonly<Record<string, unknown>>) {
  return { decision: String(data.decision), reason: String(data.reason) };
}

type Validators = ReadonlyMap<string, ValidateFunction>;

interface Compiler {
  compile(schema: object): ValidateFunction;
}

function validators(
  ajv: Compiler,
  documentOf: (event: (typeof BUS_EVENTS)[number]) => object,
): Validators {
  return new Map(BUS_EVENTS.map((event) => [event.name, ajv.compile(documentOf(event))]));
}

function problems(by: Validators, name: string, value: unknown): unknown[] {
  const validate = by.get(name) ?? expect.unreachable(`no schema ${name}`);
  return validate(value) ? [] : (validate.errors ?? []);
}

function eventOf(detailType: string, detail: unknown) {
  const source = detailType === "ActionIntentCreated" ? "cc-native.decision" : "autonomy.gate";
  return { version: "0", id: "7bf73129", "detail-type": detailType, source, detail };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
