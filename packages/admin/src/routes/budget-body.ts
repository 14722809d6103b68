import { BUDGET_FIELDS } from "@autonomy-gate/core/budget/budget";
import { ActionType } from "@autonomy-gate/core/ids";
import * as z from "zod";
import { NamedScope } from "../http/scope.ts";

/**
 * Action types one budget may cap by itself: at most 84 KB of JSON. A change is written with what it
 * was before, into one audit entry (400 KB in DynamoDB) and one event (256 KB in EventBridge).
 */
const CAPS_MAX = 1_000;

/** What a budget is to be, or with `action_type` that type's daily cap alone. */
export const BudgetBody = z
  .strictObject({
    ...NamedScope.shape,
    action_type: ActionType.optional(),
    ...BUDGET_FIELDS,
    timezone: BUDGET_FIELDS.timezone.meta({ example: "Europe/Berlin" }),
  })
  .superRefine((body, context) => {
    if (Object.keys(body.max_per_action_type ?? {}).length > CAPS_MAX) {
      const message = `must cap at most ${CAPS_MAX} action types`;
      context.addIssue({ code: "custom", path: ["max_per_action_type"], message });
    }
    if (body.action_type === undefined) return;
    for (const [name, value] of Object.entries(body)) {
      const isOfCap = name === "max_autonomous_per_day" || !Object.hasOwn(BUDGET_FIELDS, name);
      if (isOfCap || value === undefined) continue;
      const message = "does not go with action_type: its cap is max_autonomous_per_day alone";
      context.addIssue({ code: "custom", path: [name], message });
    }
  });
export type BudgetBody = z.infer<typeof BudgetBody>;
