import fc from "fast-check";
import { expect, test } from "vitest";
import { intents, snapshots } from "../../../test/arbitraries.ts";
import { anIntent, aRecord, aSnapshot } from "../../../test/fixtures.ts";
import { recordFrom, recordItem } from "./items.ts";

test("what is stored of a decision reads back as the decision, whatever was decided", () => {
  fc.assert(
    fc.property(intents, snapshots, (intent, snapshot) => {
      const record = aRecord(intent, snapshot);
      expect(recordFrom(recordItem(record))).toEqual({ status: "readable", value: record });
    }),
  );
});

test("keeps what a later version adds to a finding", () => {
  const record = aRecord(anIntent({ risk_level: "HIGH", confidence_score: 0.1 }));
  const later = {
    ...record,
    reasons: record.reasons.map((finding, index) => ({ ...finding, weight: index })),
  };
  expect(later.reasons).toHaveLength(2);
  expect(recordFrom(recordItem(later))).toEqual({ status: "readable", value: later });
});

test("reads an item in which every finding is whole", () => {
  const record = aRecord();
  const whole = { ...recordItem(record), reasons: record.reasons };
  expect(recordFrom(whole)).toEqual({ status: "readable", value: record });
});

test("stores what a finding and its record say alike once, and every other finding whole", () => {
  const { reasons } = recordItem(aRecord(anIntent({ risk_level: "HIGH", confidence_score: 0.1 })));
  expect(reasons).toEqual([
    {},
    {
      reason: "CONFIDENCE_BELOW_THRESHOLD",
      clause: "CONFIDENCE",
      explanation: expect.stringContaining("0.1"),
    },
  ]);
});

test("a record whose findings cannot be read is unreadable, not empty", () => {
  const item = recordItem(aRecord(anIntent(), aSnapshot()));
  for (const reasons of [undefined, [], "gone", [null], [["x"]], [{ reason: "NO_SUCH" }]]) {
    expect(recordFrom({ ...item, reasons })).toMatchObject({ status: "unreadable" });
  }
  const { policy_clause: _, ...clauseless } = item;
  expect(recordFrom(clauseless)).toMatchObject({ status: "unreadable" });
});
