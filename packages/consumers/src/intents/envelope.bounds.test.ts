import { describe, expect, it } from "vitest";
import { readMessage } from "./envelope.ts";

const SOURCE = "cc-native.decision";

function bodyWithId(id: string): string {
  return JSON.stringify({
    id,
    source: SOURCE,
    "detail-type": "ActionIntentCreated",
    detail: {
      data: {
        tenant_id: "acme",
        account_id: "acct_42",
        action_intent_id: "ai_1",
        action_type: "CREATE_INTERNAL_NOTE",
        confidence_score: 0.91,
      },
    },
  });
}

describe("the id of the event that carries an intent", () => {
  it("becomes the causation id", () => {
    const message = readMessage(bodyWithId("0192aaaa-0000-7000-8000-000000000000"), [SOURCE]);
    expect(message).toMatchObject({
      kind: "intent",
      received: { causation_id: "0192aaaa-0000-7000-8000-000000000000" },
    });
  });

  it("is dropped when it is too long for a record, or no retry could ever store the decision", () => {
    // Found by `pnpm simulate --seed 39 --fault F17 --fault F31`.
    const message = readMessage(bodyWithId("x".repeat(450_000)), [SOURCE]);
    expect(message).toMatchObject({ kind: "intent", received: { content: { valid: true } } });
    expect(message.kind === "intent" && message.received.causation_id).toBeUndefined();
  });
});
