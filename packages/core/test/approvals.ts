import canonicalize from "canonicalize";
import { memoryTable } from "../src/adapters/memory/memory-table.ts";
import { approvalId, sha256 } from "../src/adapters/node/digest.ts";
import type { Approval } from "../src/approval/approval.ts";
import { openedApproval } from "../src/approval/open.ts";
import { ApprovalRule, DEFAULT_APPROVAL_RULE } from "../src/approval/rule.ts";
import type { CastVote, Principal } from "../src/approval/vote.ts";
import type { ApprovalContext } from "../src/commit/approval-context.ts";
import { deadlineIn } from "../src/commit/backoff.ts";
import { castVote, withdraw } from "../src/commit/cast-vote.ts";
import { openApproval } from "../src/commit/open-approval.ts";
import { sweep } from "../src/commit/sweep.ts";
import { instantMs } from "../src/day.ts";
import type { DecisionRecord } from "../src/decision/decision.ts";
import { refusal } from "../src/delivery/refusal.ts";
import { decideNow } from "../src/gate/decide-now.ts";
import { recordOf } from "../src/gate/received.ts";
import type { IntentRef } from "../src/ids.ts";
import type { ActionIntentV1 } from "../src/intent/intent.ts";
import type { GateEvent } from "../src/outcome/outcome.ts";
import type { Clock } from "../src/ports.ts";
import { approvalFrom } from "../src/store/approval-items.ts";
import { approvalStore } from "../src/store/approvals.ts";
import { gateStore } from "../src/store/gate-store.ts";
import { approvalKey, payloadKey } from "../src/store/keys.ts";
import type { Item, Table } from "../src/table/table.ts";
import { anIntent, aReceived, aSnapshot, NOW, readable } from "./fixtures.ts";

/** An intent that a person has to approve under `heldSnapshot`. */
export const HELD_INTENT = anIntent({ proposed_by: ["agent-7"] });

export const heldSnapshot = aSnapshot({
  modes: { ACCOUNT_ACTION_TYPE: readable("APPROVAL_REQUIRED") },
});

/** The agent may only propose it. */
export const proposedSnapshot = aSnapshot({
  modes: { ACCOUNT_ACTION_TYPE: readable("PROPOSE_ONLY") },
});

export function canonicalText(intent: ActionIntentV1): string {
  return canonicalize(intent) ?? "";
}

export function heldRecord(intent = HELD_INTENT, snapshot = heldSnapshot): DecisionRecord {
  const fingerprint = sha256(canonicalText(intent));
  return recordOf({ ...aReceived(intent), fingerprint }, decideNow(intent, snapshot));
}

export const FINGERPRINT = sha256(canonicalText(HELD_INTENT));

export function aRule(more: Partial<ApprovalRule> = {}): ApprovalRule {
  return ApprovalRule.parse({ ...DEFAULT_APPROVAL_RULE, ...more });
}

export function aPrincipal(more: Partial<Principal> = {}): Principal {
  return { actor: "alice", kind: "PERSON", roles: ["approver"], ...more };
}

export function aVote(more: Partial<CastVote> = {}): CastVote {
  return { verdict: "APPROVE", fingerprint: FINGERPRINT, ...more };
}

/** An approval opened at NOW. */
export function anApproval(rule = aRule(), snapshot = heldSnapshot, intent = HELD_INTENT) {
  const record = heldRecord(intent, snapshot);
  if (record.decision !== "REQUIRE_APPROVAL") throw new TypeError("Not held.");
  return openedApproval(record, rule, { approval_id: approvalId(intent), opened_at: NOW });
}

const SIGNALS = { retried: () => {}, clockDiffers: () => {} };

/** The protocols of approvals on tables in memory, with a clock that moves when it is told to. */
export function openApprovals() {
  const memory = memoryTable();
  let table: Table = memory;
  let nowMs = instantMs(NOW);
  const clock: Clock = {
    epochMs: () => nowMs,
    elapsedMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += Math.ceil(ms);
    },
    random: () => 0.5,
  };
  const events: GateEvent[] = [];
  const faults: unknown[] = [];
  let busAccepts = true;
  const context = (): ApprovalContext => ({
    store: approvalStore(table),
    bus: {
      publish: async (some) => {
        if (!busAccepts) return some.map(() => refusal("Down"));
        events.push(...some);
        return some.map(() => ({ accepted: true }));
      },
    },
    clock,
    deadline: deadlineIn(clock, 5_000),
    signals: SIGNALS,
  });
  const item = (key: ReturnType<typeof approvalKey>) => memory.get({ table: "actions", ...key });
  return {
    memory,
    clock,
    events,
    faults,
    context,
    advance: (ms: number) => {
      nowMs += ms;
    },
    busAccepts: (accepts: boolean) => {
      busAccepts = accepts;
    },
    /** Replaces the tables' behaviour, until it is called again. */
    through: (wrapped: Table = memory) => {
      table = wrapped;
    },
    record: (record = heldRecord()) => gateStore(memory).record(record),
    configure: (sk: string, attributes: Item, pk = "TENANT#acme#ACCOUNT#acct_42") =>
      memory.set({ table: "config", pk, sk }, attributes),
    open: (intent = HELD_INTENT) =>
      openApproval(
        {
          ...refOfIntent(intent),
          intent: canonicalText(intent),
          fingerprint: sha256(canonicalText(intent)),
          approval_id: approvalId(intent),
        },
        context(),
      ),
    vote: (vote: Partial<CastVote> = {}, principal: Partial<Principal> = {}) =>
      castVote(refOfIntent(), aVote(vote), aPrincipal(principal), context()),
    withdraw: (by = "cc-native.decision") => withdraw(refOfIntent(), { by }, context()),
    sweep: () =>
      sweep({
        ...context(),
        payloadRetentionDays: 30,
        signals: { ...SIGNALS, failed: (_, error) => faults.push(error) },
      }),
    approval: async (): Promise<Approval | undefined> => {
      const stored = approvalFrom(await item(approvalKey(refOfIntent())));
      return stored.status === "readable" ? stored.value : undefined;
    },
    item: () => item(approvalKey(refOfIntent())),
    payload: () => item(payloadKey(refOfIntent())),
    closing: () => memory.get({ table: "ledger", ...approvalKey(refOfIntent()) }),
  };
}

function refOfIntent(intent: IntentRef = HELD_INTENT): IntentRef {
  const { tenant_id, account_id, action_intent_id } = intent;
  return { tenant_id, account_id, action_intent_id };
}
