import * as z from "zod";
import { Approval, refOf } from "../approval/approval.ts";
import { ClosingEntry } from "../approval/closing.ts";
import { ApprovalRule } from "../approval/rule.ts";
import { instantMs, instantText } from "../day.ts";
import type { IntentRef } from "../ids.ts";
import { ABSENT, type Stored, storedAs } from "../stored.ts";
import type { Item, KeyedItem } from "../table/table.ts";
import { asDecided, storable } from "./items.ts";
import {
  approvalKey,
  approvalListPk,
  CLOSINGS_LIST,
  DUE_SHARDS,
  duePk,
  payloadKey,
  shardOf,
} from "./keys.ts";

/** How long a closed approval is kept after its closing was told. */
const CLOSED_KEPT_SECONDS = 90 * 86_400;

/** Whoever closes an approval tells it within moments; only then does the sweep. */
const TELL_GRACE_MS = 10_000;

/** The stored form of an approval: its key, where it is listed, when it is due, when it goes. */
export function approvalItem(approval: Approval): KeyedItem {
  const ref = refOf(approval);
  const { decision } = approval;
  const { facts } = decision;
  return {
    ...approvalKey(ref),
    ...approval,
    decision: { ...decision, facts: facts === null ? null : storable(facts) },
    list_pk: approvalListPk(ref.tenant_id, shardOf(ref.account_id), approval.state),
    list_at: approval.state === "PENDING" ? approval.expires_at : approval.closed_at,
    ...dueAttributes(ref, dueAt(approval)),
    ...ttlAttribute(approval),
  };
}

/** When there is something to do about an approval; `undefined`: nothing any more. */
function dueAt(approval: Approval): string | undefined {
  if (approval.state === "PENDING") return approval.expires_at;
  if (approval.untold) return instantText(instantMs(approval.closed_at) + TELL_GRACE_MS);
  return approval.payload_kept ? approval.told_at : undefined;
}

function dueAttributes(ref: IntentRef, due_at: string | undefined): Item {
  if (due_at === undefined) return {};
  return { due_pk: duePk(shardOf(ref.action_intent_id) % DUE_SHARDS), due_at };
}

function ttlAttribute(approval: Approval): Item {
  if (approval.state === "PENDING" || approval.told_at === undefined) return {};
  return { ttl: secondsOf(approval.told_at) + CLOSED_KEPT_SECONDS };
}

/** Epoch seconds of an instant, rounded up. */
export function secondsOf(instant: string): number {
  return Math.ceil(instantMs(instant) / 1_000);
}

const Facts = z.looseObject({ decision: z.looseObject({ facts: z.looseObject({}) }) });

/** The inverse of `approvalItem`. */
export function approvalFrom(item: Item | undefined): Stored<Approval> {
  if (item === undefined) return ABSENT;
  const { pk, sk, list_pk, list_at, due_pk, due_at, ttl, ...approval } = item;
  const held = Facts.safeParse(approval);
  if (!held.success) return storedAs(Approval, approval);
  const { decision } = held.data;
  return storedAs(Approval, {
    ...approval,
    decision: { ...decision, facts: asDecided(decision.facts) },
  });
}

export function payloadItem(ref: IntentRef, intent: string): KeyedItem {
  return { ...payloadKey(ref), intent };
}

/** A payload's canonical text; `undefined`: its retention time is over, or it cannot be read. */
export function payloadFrom(item: Item | undefined): string | undefined {
  const intent = item?.intent;
  return typeof intent === "string" ? intent : undefined;
}

/** The ledger's entry of a closing, listed with the tenant's others by time. */
export function closingItem(entry: ClosingEntry): KeyedItem {
  const { tenant_id, account_id, closed_at } = entry;
  return {
    ...approvalKey(entry),
    ...entry,
    list_pk: approvalListPk(tenant_id, shardOf(account_id), CLOSINGS_LIST),
    decided_at: closed_at,
  };
}

export function closingFrom(item: Item | undefined): Stored<ClosingEntry> {
  if (item === undefined) return ABSENT;
  const { pk, sk, list_pk, decided_at, ...entry } = item;
  return storedAs(ClosingEntry, entry);
}

export function approvalRuleFrom(item: Item | undefined): Stored<ApprovalRule> {
  return storedAs(ApprovalRule, item);
}
