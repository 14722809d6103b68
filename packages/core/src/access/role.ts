import * as z from "zod";

const ROLES = ["viewer", "operator", "admin", "approver", "executor"] as const;

/** What a credential may be used for. */
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/**
 * The roles that each role includes. Viewers read, operators also stop things, admins also configure
 * and do all else. `approver` and `executor` are granted by name; an executor reads nothing beyond
 * its own routes.
 */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ["viewer"],
  operator: ["viewer", "operator"],
  admin: ROLES,
  approver: ["viewer", "approver"],
  executor: ["executor"],
};

/** A set of roles, without repetition. */
export const Roles = z
  .array(Role)
  .min(1)
  .max(ROLES.length)
  .refine((roles) => new Set(roles).size === roles.length, "must not name a role twice");
export type Roles = z.infer<typeof Roles>;

/** Whether one of the roles includes the needed one. */
export function mayActAs(roles: readonly Role[], needed: Role): boolean {
  return roles.some((role) => INCLUDED[role].includes(needed));
}
