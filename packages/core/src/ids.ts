import * as z from "zod";

/** Letters, digits and `_.:@-`, starting with a letter or digit. No `#`, so no id can forge a key. */
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}$/;
const ID_RULE = "must be 1 to 128 letters, digits or _ . : @ -, starting with a letter or digit";

const ACTION_TYPE_PATTERN = /^[A-Z][A-Z0-9_]{0,63}$/;
const ACTION_TYPE_RULE =
  "must be 1 to 64 upper-case letters, digits or _, starting with a letter, and not DEFAULT";

export const TenantId = z.string().regex(ID_PATTERN, ID_RULE).brand<"TenantId">();
export type TenantId = z.infer<typeof TenantId>;

export const AccountId = z.string().regex(ID_PATTERN, ID_RULE).brand<"AccountId">();
export type AccountId = z.infer<typeof AccountId>;

export const IntentId = z.string().regex(ID_PATTERN, ID_RULE).brand<"IntentId">();
export type IntentId = z.infer<typeof IntentId>;

/** `DEFAULT` is the name of the row for all types, never of a type. */
export const ActionType = z
  .string()
  .refine((text) => ACTION_TYPE_PATTERN.test(text) && text !== "DEFAULT", ACTION_TYPE_RULE)
  .meta({ pattern: ACTION_TYPE_PATTERN.source, not: { enum: ["DEFAULT"] } })
  .brand<"ActionType">();
export type ActionType = z.infer<typeof ActionType>;

/** The account an intent acts on. Budgets, fences and transactions belong to one of these. */
export interface AccountRef {
  readonly tenant_id: TenantId;
  readonly account_id: AccountId;
}

/** Whose budget: an account's, or without `account_id` that of all accounts of the tenant together. */
export interface BudgetOwner {
  readonly tenant_id: TenantId;
  readonly account_id?: AccountId;
}

/** Where one decision lives: one intent of one account, for ever. */
export interface IntentRef extends AccountRef {
  readonly action_intent_id: IntentId;
}

/** A text that is equal for equal accounts and for no others: `#` cannot occur in an id. */
export function accountKey(ref: AccountRef): string {
  return `${ref.tenant_id}#${ref.account_id}`;
}

/** A text that is equal for equal intents and for no others. */
export function intentKey(ref: IntentRef): string {
  return `${ref.tenant_id}#${ref.account_id}#${ref.action_intent_id}`;
}

/** Whether two accounts' ids differ only by letter case or by `.`, `_`, `-`, `:`. */
export function isLookAlike(one: AccountId, other: AccountId): boolean {
  return one !== other && likeness(one) === likeness(other);
}

function likeness(accountId: AccountId): string {
  return accountId.toLowerCase().replaceAll(/[._:-]/g, "");
}
