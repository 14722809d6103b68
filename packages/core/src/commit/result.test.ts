import { expect, test } from "vitest";
import { anIntent, aReceived, aRecord, readable, unreadable } from "../../test/fixtures.ts";
import { PermanentError } from "../errors.ts";
import { ABSENT } from "../stored.ts";
import { adopt } from "./result.ts";

test("a recorded decision on the same payload is adopted", () => {
  const record = aRecord();
  expect(adopt(aReceived(), readable(record))).toEqual({
    status: "recorded",
    record,
    adopted: true,
  });
});

test("a recorded decision on another payload is a conflict, and approves nothing", () => {
  const forged = aReceived(anIntent({ parameters: { text: "Pay 1,000,000" } }));
  expect(adopt(forged, readable(aRecord())).status).toBe("conflict");
});

test.each([
  ["cannot be read", unreadable()],
  ["is not there after all", ABSENT],
])("a recorded decision that %s is no decision", (_, existing) => {
  const result = adopt(aReceived(), existing);
  expect(result).toMatchObject({ status: "failed", error: expect.any(PermanentError) });
});
