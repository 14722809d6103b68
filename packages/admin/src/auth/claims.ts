import * as z from "zod";
import { HttpError } from "../http/errors.ts";
import { type Credential, highestRole, Role, TenantBinding } from "./credential.ts";

const GROUP_PREFIX = "autonomy-";

/** Printable, so that no name can forge a line anywhere; `key:` is the API keys' own prefix. */
const UserName = z.string().regex(/^[\x21-\x7e]{1,128}$/);

const Claims = z.looseObject({
  sub: UserName,
  "cognito:username": UserName.optional(),
  "cognito:groups": z.array(z.string()).default([]),
  "custom:tenant_id": TenantBinding,
});

/**
 * The credential in the claims of a verified token. Throws a 403 when they name no tenant or no
 * role: nothing else in a request ever stands in for them.
 */
export function credentialFrom(claims: unknown): Credential {
  const parsed = Claims.safeParse(claims);
  const role = highestRole((parsed.data?.["cognito:groups"] ?? []).flatMap(roleOfGroup));
  if (!parsed.success || role === undefined) {
    throw new HttpError("FORBIDDEN", "The token is for no tenant or no role of this API.");
  }
  const { sub, "cognito:username": name, "custom:tenant_id": tenant } = parsed.data;
  return { actor: `user:${name ?? sub}`, role, tenant };
}

function roleOfGroup(group: string): Role[] {
  if (!group.startsWith(GROUP_PREFIX)) return [];
  const role = Role.safeParse(group.slice(GROUP_PREFIX.length));
  return role.success ? [role.data] : [];
}
