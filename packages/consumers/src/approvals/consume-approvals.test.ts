import { receivedIntent, systemClock } from "@autonomy-gate/core/adapters";
import { DecisionRecord, type GateEvent } from "@autonomy-gate/core/gate";
import { IntentIds } from "@autonomy-gate/core/intent";
import { memoryTable } from "@autonomy-gate/core/memory";
import type { QuarantinedMessage } from "@autonomy-gate/core/ports";
import { approvalStore, gateStore } from "@autonomy-gate/core/store";
import { expect, test } from "vitest";
import { aBody, aRecord, SOURCES, someData } from "../../test/fixtures.ts";
import { consumeApprovals } from "./consume-approvals.ts";

const KEY = { pk: "TENANT#acme#ACCOUNT#acct_42", sk: "APPROVAL#ai_1769600000000_x7k2" };

function open() {
  const table = memoryTable();
  const events: GateEvent[] = [];
  const quarantined: QuarantinedMessage[] = [];
  const accepted =
    <T>(sink: T[]) =>
    async (some: readonly T[]) => {
      sink.push(...some);
      return some.map(() => ({ accepted: true }) as const);
    };
  const consumer = {
    store: approvalStore(table),
    bus: { publish: accepted(events) },
    quarantine: { put: accepted(quarantined) },
    clock: systemClock(),
    telemetry: {
      retried: () => {},
      clockDiffers: () => {},
      quarantined: () => {},
      failed: () => {},
      batch: () => {},
    },
    intentSources: SOURCES,
  };
  return {
    table,
    events,
    quarantined,
    decide: (data = someData()) => gateStore(table).record(held(data)),
    consume: async (...bodies: readonly string[]) => {
      const records = bodies.map((body, index) => aRecord(`m${index}`, body));
      const { batchItemFailures } = await consumeApprovals(records, consumer, 30_000);
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    approval: () => table.get({ table: "actions", ...KEY }),
  };
}

/** The ledger's record of a held intent. */
function held(data: Record<string, unknown>): DecisionRecord {
  const ref = IntentIds.parse(data);
  const { received } = receivedIntent({ data, ref, raw: "" });
  const explanation = "A person must approve this action.";
  return DecisionRecord.parse({
    decision_id: received.decision_id,
    tenant_id: ref.tenant_id,
    account_id: ref.account_id,
    action_intent_id: ref.action_intent_id,
    action_type: data.action_type,
    decision: "REQUIRE_APPROVAL",
    reason: "TENANT_POLICY",
    explanation,
    reasons: [{ reason: "TENANT_POLICY", clause: "APPROVAL_REQUIRED", explanation }],
    policy_version: "AutoApprovalPolicyV1",
    policy_clause: "APPROVAL_REQUIRED",
    autonomy_mode: "APPROVAL_REQUIRED",
    mode_source: "TENANT_DEFAULT",
    facts: {
      risk_level: "LOW",
      risk_source: "CATALOGUE",
      confidence_score: 0.91,
      min_confidence: 0.7,
      catalogue_source: "BUILT_IN",
    },
    executable_after_approval: true,
    approval_source: null,
    auto_executed: false,
    decided_at: "2026-11-22T09:30:01.120Z",
    fingerprint: received.fingerprint,
  });
}

function required(intent: unknown = someData(), event: Record<string, unknown> = {}): string {
  const data = { ...someData(), decision: "REQUIRE_APPROVAL", intent };
  return aBody({
    data,
    event: { source: "autonomy.gate", "detail-type": "ActionApprovalRequired", ...event },
  });
}

function withdrawn(data: Record<string, unknown> = someData({ reason: "obsolete" })): string {
  return aBody({ data, event: { "detail-type": "ActionIntentWithdrawn" } });
}

test("an approval that is required is opened, however often it is delivered", async () => {
  const gate = open();
  await gate.decide();
  expect(await gate.consume(required(), required())).toEqual([]);
  expect(await gate.approval()).toMatchObject({ state: "PENDING", version: 1 });
  expect(gate.quarantined).toEqual([]);
});

test.each([
  ["that was never decided", required(someData({ action_intent_id: "ai_other" }))],
  ["with another payload", required(someData({ parameters: { text: "Pay 1,000,000" } }))],
  ["of another source", required(someData(), { source: "cc-native.decision" })],
  ["of another type", required(someData(), { "detail-type": "ActionAutoApproved" })],
  ["without an intent", required(null)],
])("a forged event %s opens nothing and is quarantined", async (_, body) => {
  const gate = open();
  await gate.decide();
  expect(await gate.consume(body)).toEqual([]);
  expect(await gate.approval()).toBeUndefined();
  expect(gate.quarantined).toMatchObject([{ body, errorCode: "UNEXPECTED_EVENT" }]);
});

test("what is not JSON, or names no ids, is quarantined beside what is opened", async () => {
  const gate = open();
  await gate.decide();
  const nameless = withdrawn({ tenant_id: "acme" });
  expect(await gate.consume("{", required(), nameless)).toEqual([]);
  expect(gate.quarantined.map(({ errorCode }) => errorCode)).toEqual([
    "MALFORMED_MESSAGE",
    "UNUSABLE_IDS",
  ]);
  expect(await gate.approval()).toBeDefined();
});

test("a record that cannot be read opens nothing: the message is delivered again", async () => {
  const gate = open();
  await gate.decide();
  for (const [address, item] of gate.table.all()) gate.table.set(address, { ...item, reasons: 1 });
  expect(await gate.consume(required())).toEqual(["m0"]);
  expect(await gate.approval()).toBeUndefined();
});

test("a withdrawal by the proposer closes what is pending", async () => {
  const gate = open();
  await gate.decide();
  await gate.consume(required());
  expect(await gate.consume(withdrawn(), withdrawn())).toEqual([]);
  expect(await gate.approval()).toMatchObject({
    state: "WITHDRAWN",
    closed_by: "cc-native.decision",
  });
  expect(gate.events.map(({ detailType }) => detailType)).toContain("ActionWithdrawn");
});

test("a withdrawal that overtakes the opening is delivered again; of what is unknown it is done", async () => {
  const gate = open();
  expect(await gate.consume(withdrawn())).toEqual([]);
  await gate.decide();
  expect(await gate.consume(withdrawn())).toEqual(["m0"]);
});

test("a withdrawal of another source is quarantined", async () => {
  const gate = open();
  await gate.decide();
  await gate.consume(required());
  const body = aBody({ event: { "detail-type": "ActionIntentWithdrawn", source: "someone" } });
  expect(await gate.consume(body)).toEqual([]);
  expect(gate.quarantined).toMatchObject([{ errorCode: "UNEXPECTED_EVENT" }]);
  expect(await gate.approval()).toMatchObject({ state: "PENDING" });
});
