import { BUDGET_FIELDS } from "@autonomy-gate/core/budget";
import { ActionType } from "@autonomy-gate/core/ids";
import * as z from "zod";
import { NamedScope } from "../http/scope.ts";

/** Who set a limit on all accounts of a tenant. */
export const CeilingOwner = z.enum(["PLATFORM", "TENANT"]);
export type CeilingOwner = z.infer<typeof CeilingOwner>;

/**
 * Action types one budget may cap by itself: at most 84 KB of JSON. A change is written with what it
 * was before, into one audit entry (400 KB in DynamoDB) and one event (256 KB in EventBridge).
 */
const CAPS_MAX = 1_000;

/** A zone or a link of the IANA database, by its form: no offset such as `+01:00`. */
const TIME_ZONE_NAME = "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$";

/** What a budget is to be, or with `action_type` that type's daily cap alone. */
export const BudgetBody = z
  .strictObject({
    ...NamedScope.shape,
    action_type: ActionType.optional(),
    ...BUDGET_FIELDS,
    timezone: BUDGET_FIELDS.timezone.meta({
      description:
        "An IANA time zone. The schema tells a name from an offset; the API knows the names.",
      example: "Europe/Berlin",
      pattern: TIME_ZONE_NAME,
    }),
  })
  .superRefine((body, context) => {
    boundCaps(body, context);
    if (body.action_type === undefined) return;
    for (const [name, value] of Object.entries(body)) {
      const isOfCap = name === "max_autonomous_per_day" || !Object.hasOwn(BUDGET_FIELDS, name);
      if (isOfCap || value === undefined) continue;
      const message = "does not go with action_type: its cap is max_autonomous_per_day alone";
      context.addIssue({ code: "custom", path: [name], message });
    }
  });
export type BudgetBody = z.infer<typeof BudgetBody>;

const { decay_if_unused, ...CEILING_FIELDS } = BUDGET_FIELDS;

/** What all accounts of a tenant may do by themselves together. */
export const CeilingBody = z
  .strictObject({
    tenant_id: NamedScope.shape.tenant_id,
    owner: CeilingOwner.optional(),
    ...CEILING_FIELDS,
  })
  .superRefine(boundCaps);

function boundCaps(
  { max_per_action_type = {} }: { readonly max_per_action_type?: object | undefined },
  context: z.RefinementCtx,
): void {
  if (Object.keys(max_per_action_type).length <= CAPS_MAX) return;
  const message = `must cap at most ${CAPS_MAX} action types`;
  context.addIssue({ code: "custom", path: ["max_per_action_type"], message });
}
