import { AutonomyConfigChanged } from "@autonomy-gate/core/configuration";
import {
  ADMIN_SOURCE,
  CONFIG_CHANGED_DETAIL_TYPE,
  DEFAULT_INTENT_SOURCES,
  INTENT_DETAIL_TYPE,
  OUTCOME_SOURCE,
} from "@autonomy-gate/core/contract";
import { OUTCOME_DETAILS } from "@autonomy-gate/core/gate";
import { ActionIntentCreated } from "@autonomy-gate/core/intent";
import type * as z from "zod";

/** An event of the bus, with the schema that runs. */
export interface BusEvent {
  /** Its detail-type. */
  readonly name: string;
  readonly source: string;
  /** Of its detail. */
  readonly schema: z.ZodType;
  /** `received`: others publish it, the gate reads it. `sent`: the other way round. */
  readonly direction: "received" | "sent";
  readonly summary: string;
}

const [INTENT_SOURCE] = DEFAULT_INTENT_SOURCES;

/** Every event that crosses the boundary. */
export const BUS_EVENTS: readonly BusEvent[] = [
  {
    name: INTENT_DETAIL_TYPE,
    source: INTENT_SOURCE,
    schema: ActionIntentCreated,
    direction: "received",
    summary: "An agent proposes an action. Only what fits this schema is decided on its merits.",
  },
  {
    name: "ActionAutoApproved",
    source: OUTCOME_SOURCE,
    schema: OUTCOME_DETAILS.ActionAutoApproved,
    direction: "sent",
    summary: "The action may run by itself: its budget is spent and its decision recorded.",
  },
  {
    name: "ActionApprovalRequired",
    source: OUTCOME_SOURCE,
    schema: OUTCOME_DETAILS.ActionApprovalRequired,
    direction: "sent",
    summary: "A person has to decide; the explanation says why.",
  },
  {
    name: "ActionBlocked",
    source: OUTCOME_SOURCE,
    schema: OUTCOME_DETAILS.ActionBlocked,
    direction: "sent",
    summary: "The action must not run; no approval may override it.",
  },
  {
    name: CONFIG_CHANGED_DETAIL_TYPE,
    source: ADMIN_SOURCE,
    schema: AutonomyConfigChanged,
    direction: "sent",
    summary: "The configuration was changed. Best effort: the audit entry is the truth.",
  },
];
