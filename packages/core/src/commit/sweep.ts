import { type Approval, type ClosedApproval, refOf } from "../approval/approval.ts";
import { expiry } from "../approval/vote.ts";
import { instantText } from "../day.ts";
import { PermanentError } from "../errors.ts";
import type { IntentRef } from "../ids.ts";
import { secondsOf } from "../store/approval-items.ts";
import type { FoundApproval } from "../store/approvals.ts";
import { DUE_SHARDS } from "../store/keys.ts";
import type { Item } from "../table/table.ts";
import { type ApprovalContext, findApproval, retryTerms } from "./approval-context.ts";
import type { GateSignals } from "./context.ts";
import { tell } from "./tell.ts";
import { untilDone } from "./until-done.ts";

/** Approvals of a shard settled side by side; all shards together stay below 50 connections. */
const PAGE_LIMIT = 6;

const DAY_SECONDS = 86_400;

interface SweepSignals extends GateSignals {
  /** One approval could not be settled; the others were. */
  failed(ref: IntentRef, error: unknown): void;
}

export interface SweepContext extends ApprovalContext {
  readonly signals: SweepSignals;
  /** How long a payload is kept after its closing was told. */
  readonly payloadRetentionDays: number;
}

/** What one run did. */
export interface Swept {
  readonly expired: number;
  readonly told: number;
  readonly failed: number;
}

/**
 * Does what is due until there is nothing left or no time: closes approvals that nobody decided,
 * tells closings that are untold, sets the expiry of their payloads. Safe to run twice at once, or
 * late: reads and votes look at the time themselves.
 */
export async function sweep(context: SweepContext): Promise<Swept> {
  const now = instantText(context.clock.epochMs());
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  const swept = await Promise.all(shards.map((shard) => sweepShard(shard, now, context)));
  const results = swept.flat();
  const count = (result: Result) => results.filter((one) => one === result).length;
  return { expired: count("expired"), told: count("told"), failed: count("failed") };
}

type Result = "expired" | "told" | "settled" | "failed";

async function sweepShard(shard: number, now: string, context: SweepContext): Promise<Result[]> {
  const { store, deadline } = context;
  const results: Result[] = [];
  let after: Item | undefined;
  do {
    const page = await untilDone(
      () => store.due(shard, now, PAGE_LIMIT, after),
      retryTerms("due", context),
    );
    results.push(...(await Promise.all(page.refs.map((ref) => settleSafely(ref, context)))));
    after = page.next;
  } while (after !== undefined && deadline.remainingMs() > 0);
  return results;
}

/** Whatever goes wrong with one approval is that approval's alone: it is due again at the next run. */
async function settleSafely(ref: IntentRef, context: SweepContext): Promise<Result> {
  try {
    return await settle(ref, context);
  } catch (error) {
    context.signals.failed(ref, error);
    return "failed";
  }
}

async function settle(ref: IntentRef, context: SweepContext): Promise<Result> {
  const found = await untilDone(() => findApproval(ref, context), retryTerms("find", context));
  if (found.approval.status === "absent") return "settled";
  if (found.approval.status === "unreadable") {
    throw new PermanentError("The stored approval cannot be read.");
  }
  const approval = found.approval.value;
  const closing = expiry(approval, instantText(context.clock.epochMs()));
  if (closing !== undefined) {
    const terms = retryTerms("expire", context);
    // Refused: somebody else has closed it, and tells it.
    if (!(await untilDone(() => context.store.close(closing), terms))) return "settled";
    await finish(closing.approval, { ...found, closing: readable(closing.entry) }, context);
    return "expired";
  }
  return finish(approval, found, context);
}

function readable<T>(value: T) {
  return { status: "readable", value } as const;
}

/** Tells a closing that is untold, then sets when its payload expires. */
async function finish(
  approval: Approval,
  { closing, intent }: FoundApproval,
  context: SweepContext,
): Promise<Result> {
  if (approval.state === "PENDING") return "settled";
  if (!approval.untold) return expirePayload(approval, context);
  if (closing.status !== "readable") {
    throw new PermanentError("The ledger's entry of the closing cannot be read.");
  }
  const told = await tell(approval, closing.value, intent, context);
  await expirePayload(told, context);
  return "told";
}

async function expirePayload(
  { payload_kept, ...approval }: ClosedApproval,
  context: SweepContext,
): Promise<Result> {
  if (payload_kept === undefined || approval.told_at === undefined) return "settled";
  const ttl = secondsOf(approval.told_at) + context.payloadRetentionDays * DAY_SECONDS;
  const terms = retryTerms("expirePayload", context);
  await untilDone(() => context.store.expirePayload(refOf(approval), ttl), terms);
  await untilDone(
    () => context.store.replace({ ...approval, version: approval.version + 1 }),
    terms,
  );
  return "settled";
}
