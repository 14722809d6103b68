import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { breakingChanges } from "../src/breaking-changes.ts";
import { BUS_EVENTS } from "../src/events.ts";
import { detailDocument } from "../src/json-schema.ts";
import { CONTRACTS, readFolder } from "./contracts-folder.ts";

const Schema = z.record(z.string(), z.unknown());
type Schema = z.infer<typeof Schema>;

const released = await latestRelease();

test.each(BUS_EVENTS)("$name breaks nobody who relies on the last release", (event) => {
  const before = released.get(event.name);
  expect(before, `${event.name} is not in the last release`).toBeDefined();
  expect(breakingChanges(before ?? {}, schemaNow(event.name), event.direction)).toEqual([]);
});

test("nothing that was released is gone", () => {
  expect(BUS_EVENTS.map(({ name }) => name)).toEqual(expect.arrayContaining([...released.keys()]));
});

/** Each a change to the schemas as they are, and where it must be noticed. */
describe("a breaking change is noticed:", () => {
  test.each<[string, string, string, Edit, string]>([
    [
      "a field removed from an outcome",
      "ActionAutoApproved",
      "data.properties.explanation",
      gone,
      "data.explanation",
    ],
    [
      "a field of an outcome no longer always there",
      "ActionAutoApproved",
      "data.required",
      without("policy_version"),
      "data.policy_version",
    ],
    [
      "a new required field of an outcome, which recorded ones lack",
      "ActionAutoApproved",
      "data.required",
      plus("priority"),
      "data.priority",
    ],
    [
      "a new required field of the intent",
      "ActionIntentCreated",
      "data.required",
      plus("confidence_score"),
      "data.confidence_score",
    ],
    [
      "a restriction on a field that agents may send already",
      "ActionIntentCreated",
      "data.properties.priority",
      to({ type: "integer" }),
      "data.priority",
    ],
    [
      "a field of the intent that takes less",
      "ActionIntentCreated",
      "data.properties.confidence_score.type",
      to("number"),
      "data.confidence_score",
    ],
    [
      "a shorter text",
      "ActionIntentCreated",
      "data.properties.lifecycle_state.maxLength",
      to(64),
      "data.lifecycle_state",
    ],
    [
      "another pattern",
      "ActionIntentCreated",
      "data.properties.tenant_id.pattern",
      to("^[a-z]+$"),
      "data.tenant_id",
    ],
    [
      "a field removed from the intent",
      "ActionIntentCreated",
      "data.properties.expires_at",
      gone,
      "data.expires_at",
    ],
    [
      "further fields of the intent forbidden",
      "ActionIntentCreated",
      "data.additionalProperties",
      to(false),
      "data.*",
    ],
    [
      "a narrowed enum",
      "ActionApprovalRequired",
      "data.properties.reason.enum",
      without("POLICY_ERROR"),
      "data.reason",
    ],
    [
      "a new reason code",
      "ActionApprovalRequired",
      "data.properties.reason.enum",
      plus("MOON_PHASE"),
      "data.reason",
    ],
    [
      "a new reason code deep in a list",
      "ActionApprovalRequired",
      "data.properties.reasons.items.properties.reason.enum",
      plus("MOON_PHASE"),
      "data.reasons[].reason",
    ],
    [
      "a new mode",
      "ActionApprovalRequired",
      "data.properties.autonomy_mode.anyOf.0.enum",
      plus("YOLO"),
      "data.autonomy_mode",
    ],
    [
      "a text that may be null now",
      "ActionAutoApproved",
      "data.properties.explanation.type",
      to(["string", "null"]),
      "data.explanation",
    ],
    ["one more alternative", "ActionBlocked", "data.oneOf", plus({}), "data"],
    [
      "another form of a text beside the one that readers know",
      "ActionAutoApproved",
      "data.properties.explanation",
      beside({ type: "integer" }),
      "data.explanation",
    ],
    [
      "an outcome that no longer repeats the intent",
      "ActionAutoApproved",
      "data.properties.intent.type",
      to(["object", "null"]),
      "data.intent",
    ],
    [
      "a field that takes less in the intent as an outcome repeats it",
      "ActionAutoApproved",
      "data.properties.intent.properties.lifecycle_state.maxLength",
      to(64),
      "data.intent.lifecycle_state",
    ],
    [
      "a text of the intent replaced by other forms",
      "ActionIntentCreated",
      "data.properties.tenant_id",
      to({ anyOf: [{ type: "integer" }, { type: "string", maxLength: 64 }] }),
      "data.tenant_id",
    ],
    [
      "a text of the intent with another form and a restriction on both",
      "ActionIntentCreated",
      "data.properties.lifecycle_state",
      (schema) => ({ ...Schema.parse(beside({ type: "integer" })(schema)), maxLength: 64 }),
      "data.lifecycle_state",
    ],
    [
      "an object whose changes are no longer told",
      "AutonomyConfigChanged",
      "data.properties.object.enum",
      without("KILL_SWITCH"),
      "data.object",
    ],
    [
      "another version",
      "ActionBlocked",
      "metadata.properties.schema_version.const",
      to("2"),
      "metadata.schema_version",
    ],
  ])("%s", (_, name, place, edit, path) => {
    const found = breakingChanges(schemaNow(name), edited(name, place, edit), directionOf(name));
    expect(found.map((change) => change.path)).toContain(path);
  });
});

describe("a change that breaks nobody passes:", () => {
  test.each<[string, string, string, Edit]>([
    [
      "a new optional field of an outcome",
      "ActionAutoApproved",
      "data.properties.priority",
      to({ type: "integer" }),
    ],
    [
      "a new field of the intent that takes anything",
      "ActionIntentCreated",
      "data.properties.priority",
      to({}),
    ],
    [
      "a longer text in the intent",
      "ActionIntentCreated",
      "data.properties.lifecycle_state.anyOf.0.maxLength",
      to(256),
    ],
    [
      "another form of a text in the intent",
      "ActionIntentCreated",
      "data.properties.tenant_id",
      beside({ type: "integer" }),
    ],
    [
      "the same in the intent as an outcome repeats it",
      "ActionAutoApproved",
      "data.properties.intent.properties.tenant_id",
      beside({ type: "integer" }),
    ],
    [
      "a field of the intent no longer required",
      "ActionIntentCreated",
      "data.required",
      without("action_type"),
    ],
    [
      "another object whose changes are told",
      "AutonomyConfigChanged",
      "data.properties.object.enum",
      plus("APPROVAL_RULE"),
    ],
    ["another description", "ActionBlocked", "metadata.description", to("About the event.")],
  ])("%s", (_, name, place, edit) => {
    expect(breakingChanges(schemaNow(name), edited(name, place, edit), directionOf(name))).toEqual(
      [],
    );
  });
});

/** What becomes of the value at one place; `undefined` removes it. */
type Edit = (value: unknown) => unknown;

const gone: Edit = () => undefined;

function to(value: unknown): Edit {
  return () => value;
}

function beside(alternative: unknown): Edit {
  return (schema) => ({ description: "One or the other.", anyOf: [schema, alternative] });
}

function plus(value: unknown): Edit {
  return (list) => [...listOf(list), value];
}

function without(value: unknown): Edit {
  return (list) => listOf(list).filter((each) => each !== value);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : expect.unreachable("no list is there");
}

/** The schema of an event with one place changed, counted from the properties of its detail. */
function edited(name: string, place: string, edit: Edit): Schema {
  return Schema.parse(changedAt(schemaNow(name), ["properties", ...place.split(".")], edit));
}

function changedAt(value: unknown, [step, ...further]: string[], edit: Edit): unknown {
  if (step === undefined) return edit(value);
  if (Array.isArray(value)) {
    return value.map((each, index) =>
      step === String(index) ? changedAt(each, further, edit) : each,
    );
  }
  const fields = Schema.parse(value);
  return { ...fields, [step]: changedAt(fields[step], further, edit) };
}

function schemaNow(name: string): Schema {
  return Schema.parse(JSON.parse(JSON.stringify(detailDocument(eventNamed(name)))));
}

function directionOf(name: string) {
  return eventNamed(name).direction;
}

function eventNamed(name: string) {
  const event = BUS_EVENTS.find((candidate) => candidate.name === name);
  return event ?? expect.unreachable(`no event ${name}`);
}

async function latestRelease(): Promise<Map<string, Schema>> {
  const files = await readFolder(join(CONTRACTS, "released"));
  const versions = [...files.keys()].map((path) => path.split("/", 1).join());
  const latest = versions.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
  const ofLatest = [...files].filter(([path]) => path.startsWith(`${latest}/`));
  return new Map(
    ofLatest.map(([path, text]) => [path.replace(/^.*\/|\.json$/g, ""), JSON.parse(text)]),
  );
}
