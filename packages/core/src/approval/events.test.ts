import { expect, test } from "vitest";
import { anApproval, canonicalText, HELD_INTENT } from "../../test/approvals.ts";
import { NOW } from "../../test/fixtures.ts";
import { CLOSING_DETAIL_TYPE } from "../contract.ts";
import { type Cause, close, closingEvent } from "./closing.ts";
import { CLOSING_DETAILS } from "./events.ts";

const CAUSES: readonly Cause[] = [
  { state: "APPROVED", by: "alice" },
  { state: "REJECTED", by: "alice", rejection: { reason_code: "OTHER", retry: "NEVER" } },
  { state: "EXPIRED" },
  { state: "HANDLED", by: "alice" },
  { state: "WITHDRAWN", by: "alice" },
];

test.each(CAUSES)("$state is told as its schema says, and as no other's", (cause) => {
  const { entry } = close(anApproval(), cause, NOW);
  const { detailType, detail } = closingEvent(entry, canonicalText(HELD_INTENT));
  expect(detailType).toBe(CLOSING_DETAIL_TYPE[cause.state]);
  const fitting = Object.entries(CLOSING_DETAILS).filter(
    ([, schema]) => schema.safeParse(JSON.parse(detail)).success,
  );
  expect(fitting.map(([name]) => name)).toEqual([detailType]);
});

test("the event is the same to the byte, whatever the order the entry was stored in", () => {
  const { entry } = close(anApproval(), { state: "APPROVED", by: "alice" }, NOW);
  const reversed = JSON.parse(
    JSON.stringify(entry, Object.keys(entry).reverse().concat("actor", "verdict", "at")),
  );
  const intent = canonicalText(HELD_INTENT);
  expect(closingEvent(reversed, intent)).toEqual(closingEvent(entry, intent));
  expect(closingEvent(entry, intent).detail).toContain(`"intent":${intent}}}`);
});
