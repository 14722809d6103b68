import type { ConfigAddress, ConfigObject } from "./address.ts";

/**
 * A configuration object as stored, without its key. Numbers that others stored and no double holds
 * are in it as they are: what compares or keeps it sees every digit.
 */
export type ConfigAttributes = Readonly<Record<string, unknown>>;

/** A change of one configuration object, with what its audit entry says. */
export interface ConfigChange extends ConfigAddress {
  /** What it was when the change was decided on; absent: there was none. */
  readonly before?: ConfigAttributes;
  /** What it is to be; absent: it is to go. */
  readonly after?: ConfigAttributes;
  /** Who changes it. */
  readonly actor: string;
  /** What they do, such as `PUT /config`. */
  readonly action: string;
  readonly request_id: string;
  /** When, as an ISO instant. */
  readonly at: string;
}

/** What of each kind of object nobody is shown. */
const HIDDEN: Readonly<Record<ConfigObject["kind"], readonly string[]>> = {
  MODE: [],
  APPROVAL_RULE: [],
  BUDGET: [],
  BUDGET_CEILING: [],
  TENANT_BUDGET: [],
  ACTION_TYPE_BUDGET: [],
  KILL_SWITCH: [],
  ACTION_TYPE: [],
  ACTIVE_POLICY: [],
  API_KEY: ["sha256"],
};

/** An object as the audit trail and the bus show it. */
export function shown({ kind }: ConfigObject, attributes: ConfigAttributes): ConfigAttributes {
  const hidden = HIDDEN[kind];
  if (hidden.length === 0) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !hidden.includes(name)));
}

export type ChangeReply =
  | { readonly status: "written" }
  /** The tenant has as many configuration objects as it may; nothing was changed. */
  | { readonly status: "too-many"; readonly objectsMax: number }
  /** The object is no longer what `before` says; nothing was changed. */
  | { readonly status: "changed-meanwhile"; readonly current?: ConfigAttributes };
