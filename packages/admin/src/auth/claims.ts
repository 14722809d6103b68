import { Limits, Role, TenantBinding } from "@autonomy-gate/core/access";
import * as z from "zod";
import { HttpError } from "../http/errors.ts";
import type { Credential } from "./credential.ts";

const GROUP_PREFIX = "autonomy-";

/** Printable, so that no name can forge a line anywhere; `key:` is the API keys' own prefix. */
const UserName = z.string().regex(/^[\x21-\x7e]{1,128}$/);

/** Attributes of users are texts: several accounts are separated by commas. */
const AccountIds = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .pipe(Limits.shape.account_ids.unwrap());

const Claims = z.looseObject({
  sub: UserName,
  "cognito:username": UserName.optional(),
  "cognito:groups": z.array(z.string()).default([]),
  "custom:tenant_id": TenantBinding,
  "custom:account_ids": AccountIds.optional(),
});

/**
 * The credential in the claims of a verified token: a person's. Throws a 403 when they name no
 * tenant, no role, or accounts that cannot be read: nothing else in a request ever stands in for
 * them.
 */
export function credentialFrom(claims: unknown): Credential {
  const parsed = Claims.safeParse(claims);
  const roles = (parsed.data?.["cognito:groups"] ?? []).flatMap(roleOfGroup);
  if (!parsed.success || roles.length === 0) {
    throw new HttpError("FORBIDDEN", "The token is for no tenant or no role of this API.");
  }
  const { sub, "cognito:username": name, "custom:tenant_id": tenant } = parsed.data;
  const account_ids = parsed.data["custom:account_ids"];
  return {
    actor: `user:${name ?? sub}`,
    kind: "PERSON",
    roles,
    tenant,
    limits: account_ids === undefined ? {} : { account_ids },
  };
}

function roleOfGroup(group: string): Role[] {
  if (!group.startsWith(GROUP_PREFIX)) return [];
  const role = Role.safeParse(group.slice(GROUP_PREFIX.length));
  return role.success ? [role.data] : [];
}
