import * as z from "zod";
import { ActionType } from "../../ids.ts";
import { counterPerKey } from "../counter.ts";
import { type Asked, CALENDAR_DAY, type Limit, Units } from "./limit.ts";

const fields = {
  /** Daily caps of single action types, within the daily limit. */
  max_per_action_type: z.record(ActionType, Units).optional(),
};
type Caps = z.infer<z.ZodObject<typeof fields>>;

/** One action type's cap a calendar day. Types without a cap are counted too. It does not decay. */
export const ACTION_TYPE = {
  fields,
  counters: counterPerKey("count#", isActionType),
  window: CALENDAR_DAY,
  decays: false,
  draw: ({ actionType, ...asked }) => {
    if (actionType === undefined) return undefined;
    if (asked.typeCap.status === "unreadable") {
      return { problem: `the stored cap of ${actionType} cannot be read` };
    }
    const configured = capOf(actionType, asked);
    return {
      key: actionType,
      ceiling: configured === undefined ? undefined : { configured, decay: undefined },
    };
  },
  setTo: (units) => ({ item: "ACTION_TYPE_BUDGET", fields: { max_autonomous_per_day: units } }),
  title: (actionType) => `daily cap of ${actionType}`,
  actions: (actionType) => `autonomous ${actionType} actions`,
} as const satisfies Limit<Caps, ActionType>;

/** The type's own item replaces the budget's entry for the type. */
function capOf(
  actionType: ActionType,
  { typeCap, budget }: Pick<Asked<Caps>, "typeCap" | "budget">,
): number | undefined {
  if (typeCap.status === "readable") return typeCap.value.max_autonomous_per_day;
  const caps = budget.max_per_action_type;
  return caps !== undefined && Object.hasOwn(caps, actionType) ? caps[actionType] : undefined;
}

function isActionType(text: string): text is ActionType {
  return ActionType.safeParse(text).success;
}
