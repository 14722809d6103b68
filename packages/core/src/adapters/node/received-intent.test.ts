import { describe, expect, it } from "vitest";
import { IntentIds } from "../../intent/intent.ts";
import { sha256 } from "./digest.ts";
import { receivedIntent } from "./received-intent.ts";

const DATA = {
  tenant_id: "acme",
  account_id: "a",
  action_intent_id: "i1",
  action_type: "CREATE_INTERNAL_NOTE",
};

describe("an intent as the gate takes it", () => {
  const receive = (data: object, raw = "raw") =>
    receivedIntent({ data, ref: IntentIds.parse(data), raw });

  it("is fingerprinted by its data's RFC 8785 form, whatever its order, and by nothing else", () => {
    const one = receive({ ...DATA, parameters: { a: 1, b: [2] } });
    const other = receive({ parameters: { b: [2], a: 1 }, ...DATA }, "otherwise");
    expect(other.received.fingerprint).toBe(one.received.fingerprint);
    expect(one.received.fingerprint).toBe(sha256(one.canonical ?? ""));
    expect(one.received.content.valid).toBe(true);
    expect(receive({ ...DATA, parameters: { a: 2 } }).received.fingerprint).not.toBe(
      one.received.fingerprint,
    );
  });

  it("is not valid without that form, and fingerprinted by what it came in", () => {
    for (const parameters of ["\ud800", Number.POSITIVE_INFINITY]) {
      const { received, canonical } = receive({ ...DATA, parameters });
      expect(canonical).toBeNull();
      expect(received.fingerprint).toBe(sha256("raw"));
      expect(received.content.valid).toBe(false);
    }
  });

  it("keeps of the data's fields no more than whose it is, and what came beside", () => {
    const ref = IntentIds.parse(DATA);
    const traceIds = { trace_id: "t" };
    const otherIssues = [{ path: "metadata", message: "must be an object" }];
    const { received } = receivedIntent({ data: DATA, ref, raw: "", traceIds, otherIssues });
    const { tenant_id, account_id, action_intent_id } = ref;
    expect(received).toMatchObject({ tenant_id, account_id, action_intent_id, trace_id: "t" });
    expect(received).not.toHaveProperty("action_type");
    expect(received.content).toMatchObject({ valid: false, issues: otherIssues });
  });
});
