import type { Limits } from "./access/limits.ts";
import type { Approval, ApprovalState } from "./approval/approval.ts";
import type { ClosingEntry } from "./approval/closing.ts";
import type { BudgetState } from "./budget/state.ts";
import type { ConfigObject, ConfigScope } from "./config/address.ts";
import type { ConfigAttributes } from "./config/change.ts";
import type { DateKey } from "./day.ts";
import type { DecisionRecord } from "./decision/decision.ts";
import type { AccountRef, ActionType, BudgetOwner, IntentRef, TenantId } from "./ids.ts";
import type { AutoApprovalDecision, Reason } from "./policy/policy.ts";
import type { Stored } from "./stored.ts";

/** Ports of those who only look: nothing here changes anything. All throw TransientError. */

/** The kinds of configuration that a scope holds many of. */
export type ListedKind = Extract<
  ConfigObject["kind"],
  "MODE" | "APPROVAL_RULE" | "ACTION_TYPE" | "ACTION_TYPE_BUDGET"
>;

export interface ListedObject {
  /** What tells it from its siblings: an action type as stored, or `DEFAULT`. */
  readonly name: string;
  readonly attributes: ConfigAttributes;
}

/** A part of a list, and the place to go on from; without `next` it was the last part. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface ConfigListing {
  /** Objects of a kind in a scope, in the order of their names, read strongly consistent. */
  page(
    scope: ConfigScope,
    kind: ListedKind,
    range: { readonly limit: number; readonly after?: string },
  ): Promise<Page<ListedObject>>;
}

export interface BudgetStateRead {
  readonly state: Stored<BudgetState>;
  /** When it was written last, as an ISO instant, where the item says so. */
  readonly updated_at?: string;
}

export interface BudgetStateReader {
  /** The open day and the fence. */
  current(owner: BudgetOwner): Promise<BudgetStateRead>;
  /** A day that was closed; kept for 90 days. */
  closed(owner: BudgetOwner, day: DateKey): Promise<BudgetStateRead>;
}

export interface DecisionQuery {
  readonly tenant_id: TenantId;
  readonly account_id?: AccountRef["account_id"];
  readonly decision?: AutoApprovalDecision;
  readonly reason?: Reason;
  /** Nothing beyond these is shown; absent: everything is. */
  readonly within?: Limits;
  /** Bounds on `decided_at`, both inclusive, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly from?: string;
  readonly to?: string;
  /** `next` of the page before. */
  readonly before?: string;
  readonly limit: number;
}

/** A decision in a list; its record may be unreadable, but who it concerns is known. */
export interface ListedDecision extends IntentRef {
  readonly record: Stored<DecisionRecord>;
}

export interface DecisionReader {
  /** Read strongly consistent. */
  find(ref: IntentRef): Promise<Stored<DecisionRecord>>;
  /**
   * Decisions newest first. Following `next` to the end meets every decision that was listed when
   * the first page was read exactly once, whatever is recorded meanwhile. A page may be short, even
   * empty, and still have a `next`. A new decision is listed within moments of its record.
   */
  page(query: DecisionQuery): Promise<Page<ListedDecision>>;
}

export interface ApprovalQuery {
  readonly tenant_id: TenantId;
  readonly account_id?: AccountRef["account_id"];
  readonly state: ApprovalState;
  readonly action_type?: ActionType;
  readonly reason?: Reason;
  /** Bounds on `expires_at` of what is pending, else on `closed_at`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Nothing beyond these is shown; absent: everything is. */
  readonly within?: Limits;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** An approval in a list; it may be unreadable, but whose it is is known. */
export interface ListedApproval extends IntentRef {
  readonly approval: Stored<Approval>;
}

export interface ClosingQuery {
  readonly tenant_id: TenantId;
  readonly account_id?: AccountRef["account_id"];
  /** Bounds on `closed_at`, both inclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Nothing beyond these is shown; absent: everything is. */
  readonly within?: Limits;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface ListedClosing extends IntentRef {
  readonly closing: Stored<ClosingEntry>;
}

export interface ApprovalReader {
  /** Read strongly consistent. `intent`: the payload's canonical text, while it is kept. */
  find(ref: IntentRef): Promise<{
    readonly approval: Stored<Approval>;
    readonly intent: string | undefined;
  }>;
  /**
   * Approvals of one state: PENDING the soonest to expire first, others the last closed first. A
   * page may be short, even empty, and still have a `next`; it is a moment behind.
   */
  page(query: ApprovalQuery): Promise<Page<ListedApproval>>;
  /** All closings, with their votes, the last first, for ever. A page as of `page`. */
  closings(query: ClosingQuery): Promise<Page<ListedClosing>>;
}

export interface AuditQuery {
  /** Whose trail: of a tenant and its accounts, or the global one. */
  readonly scope: Exclude<ConfigScope, { readonly kind: "ACCOUNT" }>;
  /** Bounds on `at`, both inclusive, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly from?: string;
  readonly to?: string;
  readonly actor?: string;
  /** Nothing beyond these is shown; absent: everything is. */
  readonly within?: Limits;
  readonly order: "newest-first" | "oldest-first";
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
  /** The page ends before the entry that exceeds this, in UTF-8 of JSON; it has one at least. */
  readonly bytesMax: number;
}

export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  /** The account, where the change was to one. */
  readonly account_id?: string;
  /** What was changed, such as `KILL_SWITCH`. */
  readonly object?: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly request_id: string;
}

export interface AuditReader {
  /** Entries, each once, read strongly consistent. A page may be short and still have a `next`. */
  page(query: AuditQuery): Promise<Page<AuditEntry>>;
}
