import { type Approval, type PendingApproval, refOf } from "../approval/approval.ts";
import type { Closing, ClosingEntry } from "../approval/closing.ts";
import type { ApprovalRuleLevels } from "../approval/rule.ts";
import type { DecisionRecord } from "../decision/decision.ts";
import type { StoredFacts } from "../gate/snapshot.ts";
import { AccountId, type ActionType, IntentId, type IntentRef, TenantId } from "../ids.ts";
import type { Stored } from "../stored.ts";
import type { Address, Check, Item, Put, Table } from "../table/table.ts";
import { DUE_INDEX } from "../topology.ts";
import {
  approvalFrom,
  approvalItem,
  approvalRuleFrom,
  closingFrom,
  closingItem,
  payloadFrom,
  payloadItem,
} from "./approval-items.ts";
import { batchRead } from "./batch-read.ts";
import { factsAddresses, factsReplies } from "./facts.ts";
import { recordFrom } from "./items.ts";
import {
  accountPk,
  approvalKey,
  approvalRuleSk,
  CURRENT_BUDGET_STATE_SK,
  decisionKey,
  duePk,
  GLOBAL_PK,
  payloadKey,
  tenantPk,
} from "./keys.ts";

/** An approval as it is, with what is stored of it elsewhere. */
export interface FoundApproval {
  readonly approval: Stored<Approval>;
  /** The payload's canonical text; `undefined`: its retention time is over. */
  readonly intent: string | undefined;
  readonly closing: Stored<ClosingEntry>;
  readonly record: Stored<DecisionRecord>;
  /** The store's own time when it replied; absent where it states none. */
  readonly serviceEpochMs?: number;
}

/** An account's fence as stored: whatever it is, a commit can hold it. */
export type Fence = unknown;

export interface FencedFacts {
  readonly facts: StoredFacts;
  readonly fence: Fence;
  readonly serviceEpochMs?: number;
}

/** One page of the open work of all tenants. */
interface DuePage {
  readonly refs: readonly IntentRef[];
  readonly next?: Item;
}

/** Approvals in the tables: one attempt each. Writes answer whether they were done. */
export interface ApprovalStore {
  /** Read strongly consistent, though not all items at one instant. */
  find(ref: IntentRef): Promise<FoundApproval>;
  rules(ref: IntentRef, actionType: ActionType): Promise<ApprovalRuleLevels>;
  facts(ref: IntentRef, actionType: ActionType): Promise<FencedFacts>;
  /** Puts the payload, then the approval, each unless there is one. */
  open(approval: PendingApproval, intent: string): Promise<void>;
  /** Replaces an approval that is still of the version before. */
  replace(approval: Approval): Promise<boolean>;
  /** Closes an approval that is still of the version before, at this fence if one is given. */
  close(closing: Closing, heldFence?: { readonly fence: Fence }): Promise<boolean>;
  /** Sets when a payload expires, epoch seconds. */
  expirePayload(ref: IntentRef, ttl: number): Promise<void>;
  /** Approvals of a shard that are due at an instant, the longest due first. */
  due(shard: number, now: string, limit: number, after?: Item): Promise<DuePage>;
}

export function approvalStore(table: Table): ApprovalStore {
  return {
    find: (ref) => find(table, ref),
    rules: (ref, actionType) => rules(table, ref, actionType),
    facts: (ref, actionType) => facts(table, ref, actionType),
    open: async (approval, intent) => {
      const item = payloadItem(refOf(approval), intent);
      await table.put({ kind: "put", table: "actions", item, condition: NONE_YET });
      const opened = approvalItem(approval);
      await table.put({ kind: "put", table: "actions", item: opened, condition: NONE_YET });
    },
    replace: async (approval) => (await table.put(nextVersion(approval))).status === "done",
    close: async ({ approval, entry }, heldFence) => {
      const reply = await table.transact([
        nextVersion(approval),
        { kind: "put", table: "ledger", item: closingItem(entry), condition: NONE_YET },
        ...(heldFence === undefined ? [] : [fenceCheck(refOf(approval), heldFence.fence)]),
      ]);
      return reply.status === "done";
    },
    expirePayload: async (ref, ttl) => {
      await table.update({
        kind: "update",
        table: "actions",
        ...payloadKey(ref),
        update: "SET #ttl = :ttl",
        condition: "attribute_exists(pk)",
        names: { "#ttl": "ttl" },
        values: { ":ttl": ttl },
      });
    },
    due: async (shard, now, limit, after) => {
      const { items, next } = await table.query({
        table: "actions",
        index: DUE_INDEX,
        partition: duePk(shard),
        range: { from: "0", to: now },
        order: "ascending",
        limit,
        after,
      });
      return { refs: items.flatMap(refFrom), ...(next === undefined ? {} : { next }) };
    },
  };
}

const NONE_YET = "attribute_not_exists(pk)";

async function find(table: Table, ref: IntentRef): Promise<FoundApproval> {
  const approval: Address = { table: "actions", ...approvalKey(ref) };
  const payload: Address = { table: "actions", ...payloadKey(ref) };
  const closing: Address = { table: "ledger", ...approvalKey(ref) };
  const record: Address = { table: "ledger", ...decisionKey(ref) };
  const { lookup, serviceEpochMs } = await batchRead(table, [approval, payload, closing, record]);
  return {
    approval: approvalFrom(lookup(approval)),
    intent: payloadFrom(lookup(payload)),
    closing: closingFrom(lookup(closing)),
    record: recordFrom(lookup(record)),
    ...(serviceEpochMs === undefined ? {} : { serviceEpochMs }),
  };
}

async function rules(
  table: Table,
  ref: IntentRef,
  actionType: ActionType,
): Promise<ApprovalRuleLevels> {
  const at = (pk: string, type?: ActionType): Address => {
    return { table: "config", pk, sk: approvalRuleSk(type) };
  };
  const levels = {
    ACCOUNT_ACTION_TYPE: at(accountPk(ref), actionType),
    TENANT_ACTION_TYPE: at(tenantPk(ref.tenant_id), actionType),
    ACCOUNT_DEFAULT: at(accountPk(ref)),
    TENANT_DEFAULT: at(tenantPk(ref.tenant_id)),
    GLOBAL_DEFAULT: at(GLOBAL_PK),
  };
  const { lookup } = await batchRead(table, Object.values(levels));
  return {
    ACCOUNT_ACTION_TYPE: approvalRuleFrom(lookup(levels.ACCOUNT_ACTION_TYPE)),
    TENANT_ACTION_TYPE: approvalRuleFrom(lookup(levels.TENANT_ACTION_TYPE)),
    ACCOUNT_DEFAULT: approvalRuleFrom(lookup(levels.ACCOUNT_DEFAULT)),
    TENANT_DEFAULT: approvalRuleFrom(lookup(levels.TENANT_DEFAULT)),
    GLOBAL_DEFAULT: approvalRuleFrom(lookup(levels.GLOBAL_DEFAULT)),
  };
}

async function facts(table: Table, ref: IntentRef, action_type: ActionType): Promise<FencedFacts> {
  const { tenant_id, account_id } = ref;
  const requests = [{ tenant_id, account_id, action_type }];
  const state = budgetStateAddress(ref);
  const read = await batchRead(table, [...factsAddresses(requests), state]);
  const { lookup, serviceEpochMs } = read;
  const [reply] = factsReplies(requests, lookup);
  if (reply?.facts === undefined) throw new TypeError("The facts of an action type are read.");
  return {
    facts: reply.facts,
    fence: lookup(state)?.fence,
    ...(serviceEpochMs === undefined ? {} : { serviceEpochMs }),
  };
}

/** The approval in place of the version before it. */
function nextVersion(approval: Approval): Put {
  return {
    kind: "put",
    table: "actions",
    item: approvalItem(approval),
    condition: "#version = :version",
    names: { "#version": "version" },
    values: { ":version": approval.version - 1 },
  };
}

/** Holds while no account-level change came after the read. */
function fenceCheck(ref: IntentRef, fence: Fence): Check {
  const at = { kind: "check", ...budgetStateAddress(ref) } as const;
  if (fence === undefined) return { ...at, condition: "attribute_not_exists(fence)" };
  return { ...at, condition: "fence = :fence", values: { ":fence": fence } };
}

function budgetStateAddress(ref: IntentRef): Address {
  return { table: "budgetState", pk: accountPk(ref), sk: CURRENT_BUDGET_STATE_SK };
}

/** Whose approval an index entry is of. */
function refFrom({ pk, sk }: Item): IntentRef[] {
  const [tenant, tenantId, account, accountId] = String(pk).split("#");
  const [approval, intentId, ...more] = String(sk).split("#");
  const tenant_id = TenantId.safeParse(tenantId);
  const account_id = AccountId.safeParse(accountId);
  const action_intent_id = IntentId.safeParse(intentId);
  const isOne = tenant === "TENANT" && account === "ACCOUNT" && approval === "APPROVAL";
  if (!isOne || more.length > 0) return [];
  if (!tenant_id.success || !account_id.success || !action_intent_id.success) return [];
  return [
    {
      tenant_id: tenant_id.data,
      account_id: account_id.data,
      action_intent_id: action_intent_id.data,
    },
  ];
}
