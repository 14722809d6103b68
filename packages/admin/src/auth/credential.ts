import { TenantId } from "@autonomy-gate/core/ids";
import type { SwitchOwner } from "@autonomy-gate/core/kill-switch/applied";
import * as z from "zod";

/** From least to most: viewers read, operators also stop things, admins also configure. */
const ROLES = ["viewer", "operator", "admin"] as const;

export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The highest of several roles. */
export function highestRole(roles: readonly Role[]): Role | undefined {
  return ROLES.findLast((role) => roles.includes(role));
}

/** Every tenant, and what belongs to none: the platform's own credentials. */
export const ALL_TENANTS = "*";

/** Whom a credential is for: one tenant, or all of them. */
export const TenantBinding = z.union([z.literal(ALL_TENANTS), TenantId]);
export type TenantBinding = z.infer<typeof TenantBinding>;

/** Who is asking. Everything in it comes from a verified credential, nothing from the request. */
export interface Credential {
  /** As audit entries name them: `key:<key_id>` or `user:<name>`. */
  readonly actor: string;
  readonly role: Role;
  readonly tenant: TenantBinding;
}

/** Whose side a credential is on: what both sides have, such as kill switches, it sets for its own. */
export function sideOf({ tenant }: Credential): SwitchOwner {
  return tenant === ALL_TENANTS ? "PLATFORM" : "TENANT";
}
