import type { BudgetWrite } from "./budget/claim.ts";
import type { BudgetState } from "./budget/state.ts";
import type { ConfigAddress } from "./config/address.ts";
import type { ChangeReply, ConfigAttributes, ConfigChange } from "./config/change.ts";
import type { DecisionRecord } from "./decision/decision.ts";
import type { StoredFacts } from "./gate/snapshot.ts";
import type { AccountRef, ActionType, IntentId } from "./ids.ts";
import type { GateEvent } from "./outcome/outcome.ts";
import type { Stored } from "./stored.ts";

/** Clock and randomness, injected. */
export interface Clock {
  /** Epoch milliseconds: what time it is. */
  epochMs(): number;
  /** Milliseconds since some fixed moment, never stepping back: how long things take. */
  elapsedMs(): number;
  sleep(ms: number): Promise<void>;
  /** A number from 0 up to but not including 1. */
  random(): number;
  /** Version of the machine's time zone data, such as `2026a`; absent: not told. */
  readonly tzData?: string;
}

/** What to read for one intent. */
export interface FactsRequest extends AccountRef {
  /** `null`: the intent is invalid, and only its record is of interest. */
  readonly action_type: ActionType | null;
  /** The intent whose recorded decision is to be read too. */
  readonly recordedFor?: IntentId;
}

export interface FactsReply {
  /** Absent where no action type was named. */
  readonly facts?: StoredFacts;
  /** Absent where no intent was named. */
  readonly recorded?: Stored<DecisionRecord>;
}

/** What one read of the facts found. */
export interface FactsBatch {
  /** In the order of the requests, one at least; `undefined`: not read, so nothing is known. */
  readonly replies: readonly (FactsReply | undefined)[];
  /** The store's own time when it replied, epoch milliseconds; absent where it states none. */
  readonly serviceEpochMs?: number;
}

/** What became of one attempt to record a decision without a claim. */
export type RecordReply =
  | { readonly status: "recorded" }
  /** The intent has a decision already; it stands. */
  | { readonly status: "exists"; readonly existing: Stored<DecisionRecord> };

/** What became of one attempt to record decisions together with their claims: all or nothing. */
export type ClaimReply =
  | { readonly status: "committed" }
  | {
      readonly status: "refused";
      /** Decisions that exist already, by their place among the records sent. */
      readonly existing: ReadonlyMap<number, Stored<DecisionRecord>>;
      /** Budget states as they are that are not what their writes relied on, by place among the writes. */
      readonly moved: ReadonlyMap<number, Stored<BudgetState>>;
    };

/**
 * The store of one attempt each: no method retries. All throw TransientError when the work was not,
 * or perhaps not, done.
 */
export interface GateStore {
  /**
   * Reads strongly consistent, though not all items at one instant. Throws TransientError when the
   * facts of no request could be read.
   */
  readFacts(requests: readonly FactsRequest[]): Promise<FactsBatch>;
  /** Records a decision unless its intent has one. */
  record(record: DecisionRecord): Promise<RecordReply>;
  /** Records AUTO_EXECUTE decisions of one account and consumes what they draw, atomically. */
  recordClaims(
    records: readonly DecisionRecord[],
    writes: readonly BudgetWrite[],
  ): Promise<ClaimReply>;
}

/** What a receiver said of one entry. */
export type Delivery = { readonly accepted: true } | RefusedDelivery;

export interface RefusedDelivery {
  readonly accepted: false;
  /** The receiver's code, or the name of the error. */
  readonly errorCode: string;
  readonly message: string;
  /** Whether the same entry is refused again however often it is sent. */
  readonly final: boolean;
}

export interface OutcomeBus {
  /** One attempt to publish each; replies in order. Never throws for what the bus refuses. */
  publish(events: readonly GateEvent[]): Promise<readonly Delivery[]>;
}

export const QUARANTINE_CODES = [
  "MALFORMED_MESSAGE",
  "UNEXPECTED_EVENT",
  "UNSUPPORTED_VERSION",
  "UNUSABLE_IDS",
  "INTENT_CONFLICT",
] as const;
export type QuarantineCode = (typeof QUARANTINE_CODES)[number];

/** A message that no retry can help, as received, with what is wrong with it. */
export interface QuarantinedMessage {
  readonly body: string;
  readonly errorCode: QuarantineCode;
  /** Printable ASCII, at most 512 characters, no payload values. */
  readonly errorDetail: string;
}

export interface Quarantine {
  /** One attempt to put each aside; replies in order. */
  put(messages: readonly QuarantinedMessage[]): Promise<readonly Delivery[]>;
}

/** The configuration, for those who change it. */
export interface ConfigStore {
  /** Reads strongly consistent. */
  read(address: ConfigAddress): Promise<ConfigAttributes | undefined>;
  /**
   * Changes one object and writes its audit entry, atomically, unless it changed meanwhile. Settles
   * its scope before it answers, whatever it answers.
   */
  write(change: ConfigChange): Promise<ChangeReply>;
  /**
   * Makes sure that nothing automatic commits on facts from before a change of an object that was
   * seen, by whomever it was made: who made it may have died before this was sure. Takes 300 ms for
   * what an account has, and for ceilings; elsewhere it does nothing.
   */
  settle(address: ConfigAddress): Promise<void>;
}
