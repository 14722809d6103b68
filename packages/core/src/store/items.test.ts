import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { expect, test } from "vitest";
import { intents, snapshots } from "../../test/arbitraries.ts";
import { anIntent, aRecord, aSnapshot } from "../../test/fixtures.ts";
import { recordFrom, recordItem } from "./items.ts";

test("what is stored of a decision reads back as the decision, whatever was decided", () => {
  fc.assert(
    fc.property(intents, snapshots, (intent, snapshot) => {
      const record = aRecord(intent, snapshot);
      expect(recordFrom(recordItem(record))).toEqual({ status: "readable", value: record });
    }),
  );
});

test.each([5e-324, 1e-131, 1e-130, 1e-110])(
  "keeps a confidence of %d, however small DynamoDB's numbers can be",
  (confidence_score) => {
    const record = aRecord(anIntent({ confidence_score }));
    expect(record).toMatchObject({
      reason: "CONFIDENCE_BELOW_THRESHOLD",
      facts: { confidence_score },
      explanation: expect.stringContaining(`Confidence ${confidence_score} is below`),
    });
    expect(() => marshall(recordItem(record), { removeUndefinedValues: true })).not.toThrow();
    expect(recordFrom(recordItem(record))).toEqual({ status: "readable", value: record });
  },
);

test("keeps what a later version adds to a finding", () => {
  const record = aRecord(anIntent({ risk_level: "HIGH", confidence_score: 0.1 }));
  if (record.decision !== "REQUIRE_APPROVAL") return expect.unreachable();
  const later = {
    ...record,
    reasons: record.reasons.map((finding, index) => ({ ...finding, weight: index })),
  };
  expect(later.reasons).toHaveLength(2);
  expect(recordFrom(recordItem(later))).toEqual({ status: "readable", value: later });
});

test("reads an item that holds no more and no less than the contract names", () => {
  const record = aRecord();
  const { risk_level, risk_source, confidence_score, min_confidence } = record.facts ?? {};
  const facts = { risk_level, risk_source, confidence_score, min_confidence };
  const whole = { ...recordItem(record), reasons: record.reasons, facts };
  expect(recordFrom(whole)).toEqual({
    status: "readable",
    value: { ...record, facts: { ...facts, catalogue_source: "BUILT_IN" } },
  });
});

test("names every reason where tools look for it, and stores what the record says itself once", () => {
  const item = recordItem(aRecord(anIntent({ risk_level: "HIGH", confidence_score: 0.1 })));
  expect(item.reasons).toEqual([
    { reason: "RISK_LEVEL_HIGH" },
    {
      reason: "CONFIDENCE_BELOW_THRESHOLD",
      clause: "CONFIDENCE",
      explanation: expect.stringContaining("0.1"),
    },
  ]);
});

test("keeps where the catalogue's entry is from, unless it is the built-in one", () => {
  const record = aRecord();
  const from = (catalogue_source: "TENANT" | "BUILT_IN") =>
    recordItem({ ...record, facts: record.facts && { ...record.facts, catalogue_source } }).facts;
  expect(from("TENANT")).toHaveProperty("catalogue_source", "TENANT");
  expect(from("BUILT_IN")).not.toHaveProperty("catalogue_source");
});

test("a record whose findings cannot be read is unreadable, not empty", () => {
  const item = recordItem(aRecord(anIntent(), aSnapshot()));
  for (const reasons of [undefined, [], "gone", [null], [["x"]], [{ reason: "NO_SUCH" }]]) {
    expect(recordFrom({ ...item, reasons })).toMatchObject({ status: "unreadable" });
  }
  const { policy_clause: _, ...clauseless } = item;
  expect(recordFrom(clauseless)).toMatchObject({ status: "unreadable" });
});
