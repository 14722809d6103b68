import { expect, test } from "vitest";
import { aBody, aRecord, SOURCES, someData } from "../../test/fixtures.ts";
import { sortBatch } from "./intake.ts";

function body(more: Record<string, unknown>): string {
  return aBody({ data: someData(more) });
}

test("each intent is there once, with every message that carries it, in the order they came", () => {
  const { intents, refused } = sortBatch(
    [
      aRecord("m1", body({ action_intent_id: "a" })),
      aRecord("m2", body({ action_intent_id: "b" })),
      aRecord("m3", body({ action_intent_id: "a" })),
      aRecord("m4", "nonsense"),
      aRecord("m5", body({ action_intent_id: "a", note: "another payload" })),
    ],
    SOURCES,
  );
  expect(intents.map(({ messages }) => messages.map(({ record }) => record.messageId))).toEqual([
    ["m1", "m3", "m5"],
    ["m2"],
  ]);
  expect(refused.map(({ record, errorCode }) => [record.messageId, errorCode])).toEqual([
    ["m4", "MALFORMED_MESSAGE"],
  ]);
});

test("GATE-10: one intent id of two tenants, or of two accounts, is two intents", () => {
  const { intents } = sortBatch(
    [
      aRecord("m1", body({ tenant_id: "acme" })),
      aRecord("m2", body({ tenant_id: "other" })),
      aRecord("m3", body({ account_id: "other" })),
    ],
    SOURCES,
  );
  expect(intents).toHaveLength(3);
  expect(new Set(intents.map(({ received }) => received.decision_id)).size).toBe(3);
});

test("the payload that came first is the one to be decided", () => {
  const { intents } = sortBatch(
    [aRecord("m1", body({ confidence_score: 0.1 })), aRecord("m2", body({ confidence_score: 1 }))],
    SOURCES,
  );
  expect(intents[0]?.received.content).toMatchObject({ intent: { confidence_score: 0.1 } });
});

test.each([
  [["1", "1"], false],
  [["1", "2"], true],
  [["3", "1"], true],
])("received %j times, it may have been decided before: %s", (counts, expected) => {
  const records = counts.map((count, index) => aRecord(`m${index}`, body({}), count));
  expect(sortBatch(records, SOURCES).intents[0]?.mayBeRecorded).toBe(expected);
});

test("an empty batch is an empty batch", () => {
  expect(sortBatch([], SOURCES)).toMatchObject({ intents: [], refused: [] });
});
