import { describe, expect, test } from "vitest";
import { anIntent, aRecord, aSnapshot, readable } from "../../test/fixtures.ts";
import { DecisionRecord } from "../decision/decision.ts";
import { AutoApprovalDecision, REASON_DECISIONS, Reason } from "./policy.ts";

const RECORDS = {
  AUTO_EXECUTE: aRecord(),
  REQUIRE_APPROVAL: aRecord(anIntent({ risk_level: "HIGH" })),
  BLOCK: aRecord(anIntent(), aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: readable("DISABLED") } })),
} as const;

describe.each(AutoApprovalDecision.options)("a record of %s", (decision) => {
  const record = RECORDS[decision];
  const reasons = Reason.options.filter((reason) =>
    REASON_DECISIONS[reason].some((one) => one === decision),
  );

  test("has a reason that may have this decision, and no other", () => {
    const read = Reason.options.filter(
      (reason) => DecisionRecord.safeParse({ ...record, reason }).success,
    );
    expect(record.decision).toBe(decision);
    expect(read).toEqual(reasons);
  });

  test("states only findings that may stand beside this decision", () => {
    const read = Reason.options.filter((reason) => {
      const reasons = record.reasons.map((finding) => ({ ...finding, reason }));
      return DecisionRecord.safeParse({ ...record, reasons }).success;
    });
    expect(read).toEqual(decision === "BLOCK" ? Reason.options : reasons);
  });
});
