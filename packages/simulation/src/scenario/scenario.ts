import type { ConfigAddress, ConfigAttributes } from "@autonomy-gate/core/configuration";
import type { TableName } from "@autonomy-gate/core/store";
import type { FaultRates } from "../faults.ts";

/** What a run is about; `mixed` is everything at once. */
export const PROFILES = [
  "mixed",
  "calm",
  "stop-race",
  "tenant-stop",
  "burst",
  "days",
  "midnight",
  "sink-outage",
  "throttled-tenant",
  "wrong-clock",
] as const;
export type Profile = (typeof PROFILES)[number];

/** One message for the intents queue. */
export interface MessageSpec {
  readonly atMs: number;
  readonly body: string;
  readonly content: MessageContent;
}

export type MessageContent =
  /** It has to have a decision. `data` is what the event's data parses to. */
  | {
      readonly kind: "intent";
      readonly tenant_id: string;
      readonly account_id: string;
      readonly action_intent_id: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly valid: boolean;
    }
  /** It has to be put in quarantine. */
  | { readonly kind: "poison" };

/** One change of the configuration. */
export type ChangeSpec =
  /** By the book: through the configuration store, with its fences. */
  | {
      readonly kind: "admin";
      readonly atMs: number;
      readonly address: ConfigAddress;
      /** Absent: the object is to go. */
      readonly after?: ConfigAttributes;
    }
  /** By someone who writes to the table itself, and perhaps nonsense. */
  | {
      readonly kind: "raw";
      readonly atMs: number;
      readonly table: TableName;
      readonly item: Readonly<Record<string, unknown>> & {
        readonly pk: string;
        readonly sk: string;
      };
    };

/** Everything a run starts from: nothing else decides what happens in it. */
export interface Scenario {
  readonly seed: number;
  readonly profile: Profile;
  readonly startEpochMs: number;
  readonly hosts: readonly HostSpec[];
  readonly batchSize: number;
  readonly visibilityMs: number;
  readonly maxReceiveCount: number;
  /** How long the function may take for a batch. */
  readonly timeoutMs: number;
  readonly messages: readonly MessageSpec[];
  readonly initial: readonly (Readonly<Record<string, unknown>> & {
    readonly pk: string;
    readonly sk: string;
  })[];
  readonly changes: readonly ChangeSpec[];
  readonly rates: FaultRates;
  /** While one lasts, the run's faults strike most requests. */
  readonly outages: readonly Outage[];
  /** Tenants of which DynamoDB serves no key for a while. */
  readonly throttled: readonly ThrottledTenant[];
  /** When the faults stop. */
  readonly faultsUntilMs: number;
}

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ThrottledTenant extends Outage {
  readonly tenant_id: string;
}

export interface HostSpec {
  readonly skewMs: number;
  /** How far its clock is ahead in the place of `skewMs`, until the faults stop. */
  readonly wrongClockMs?: number;
  readonly slots: number;
  /** Writes what a later version would: attributes that this one does not know. */
  readonly nextVersion: boolean;
}
