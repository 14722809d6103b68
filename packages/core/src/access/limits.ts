import * as z from "zod";
import { ActionType } from "../ids.ts";

const ACCOUNTS_MAX = 100;
const ACTION_TYPES_MAX = 100;

const ANY_REST = "*";

/** One account by its id, or every account whose id begins with what stands before a final `*`. */
const AccountPattern = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,127}\*?$/,
    "must be an account id, or the beginning of one followed by *",
  )
  .meta({ example: "emea-*" });
type AccountPattern = z.infer<typeof AccountPattern>;

/** What a credential is restricted to, within its tenant. An absent list restricts nothing. */
export const Limits = z.object({
  account_ids: z.array(AccountPattern).min(1).max(ACCOUNTS_MAX).optional(),
  action_types: z.array(ActionType).min(1).max(ACTION_TYPES_MAX).optional(),
});
export type Limits = Readonly<z.infer<typeof Limits>>;

/** Whether something of an account, `undefined` for what is of none, is within the limits. */
export function coversAccount({ account_ids }: Limits, accountId: string | undefined): boolean {
  if (account_ids === undefined) return true;
  if (accountId === undefined) return false;
  return account_ids.some((pattern) => matches(pattern, accountId));
}

/** Whether something of an action type, `undefined` for what is of none, is within the limits. */
export function coversActionType(
  { action_types }: Limits,
  actionType: string | undefined,
): boolean {
  return action_types === undefined || action_types.some((one) => one === actionType);
}

/** Whether whatever the inner limits let pass, the outer ones let pass as well. */
export function isWithin(inner: Limits, outer: Limits): boolean {
  return (
    eachIsIn(inner.account_ids, outer.account_ids, (account, pattern) =>
      // An inner prefix is matched as a text: no id contains its `*`.
      matches(pattern, account),
    ) && eachIsIn(inner.action_types, outer.action_types, (one, other) => one === other)
  );
}

function eachIsIn<T>(
  inner: readonly T[] | undefined,
  outer: readonly T[] | undefined,
  isIn: (one: T, other: T) => boolean,
): boolean {
  if (outer === undefined) return true;
  return inner?.every((one) => outer.some((other) => isIn(one, other))) ?? false;
}

function matches(pattern: AccountPattern, accountId: string): boolean {
  return pattern.endsWith(ANY_REST)
    ? accountId.startsWith(pattern.slice(0, -ANY_REST.length))
    : accountId === pattern;
}
