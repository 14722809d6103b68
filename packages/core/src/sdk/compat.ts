import * as z from "zod";
import { AccountId, IntentId, TenantId } from "../ids.ts";
import type { ActionAutoApproved } from "../outcome/schema.ts";
import { ACTION_APPROVED_DETAIL } from "../topology.ts";

/**
 * The older `ACTION_APPROVED` shape: exactly these five fields. Two ways to it, with the same
 * result: this function, or EventBridge itself by `ACTION_APPROVED_TRANSFORMER`.
 */
export const ActionApproved = z.strictObject({
  data: z.strictObject({
    action_intent_id: IntentId,
    tenant_id: TenantId,
    account_id: AccountId,
    approval_source: z.literal("POLICY"),
    auto_executed: z.literal(true),
  }),
});
export type ActionApproved = z.infer<typeof ActionApproved>;

/** The detail of an `ActionAutoApproved` as the older consumers know it. */
export function toActionApproved({ data }: ActionAutoApproved): ActionApproved {
  return {
    data: {
      action_intent_id: data.action_intent_id,
      tenant_id: data.tenant_id,
      account_id: data.account_id,
      approval_source: data.approval_source,
      auto_executed: data.auto_executed,
    },
  };
}

/** `InputTransformer` of a rule's target: EventBridge writes each value as JSON. */
export const ACTION_APPROVED_TRANSFORMER = {
  InputPathsMap: ACTION_APPROVED_DETAIL.inputPaths,
  InputTemplate: ACTION_APPROVED_DETAIL.inputTemplate,
};
