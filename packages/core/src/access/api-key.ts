import * as z from "zod";
import { Instant } from "../day.ts";
import { TenantId } from "../ids.ts";
import { Limits } from "./limits.ts";
import { Role, Roles } from "./role.ts";

/** Every tenant, and what belongs to none: the platform's own credentials. */
export const ALL_TENANTS = "*";

/** Whom a credential is for: one tenant, or all of them. */
export const TenantBinding = z.union([z.literal(ALL_TENANTS), TenantId]);
export type TenantBinding = z.infer<typeof TenantBinding>;

/** Who uses a credential: one person, or a program. */
export const PrincipalKind = z.enum(["PERSON", "SERVICE"]);
export type PrincipalKind = z.infer<typeof PrincipalKind>;

export const KeyId = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 hexadecimal digits");
export type KeyId = z.infer<typeof KeyId>;

/** No control, bidirectional or invisible character: people read names in lists. */
const NAME_PATTERN = /^(?! )[\p{L}\p{M}\p{N}\p{P}\p{S} ]+(?<! )$/u;

const KeyName = z
  .string()
  .min(1)
  .max(100)
  .refine(
    (text) => NAME_PATTERN.test(text),
    "must be visible characters, without a space at either end",
  )
  .meta({ example: "approval inbox" });

/** An API key as stored: the digest of its text, never the text. */
export const ApiKeyV1 = z
  .object({
    key_id: KeyId,
    /** SHA-256 of the whole key, 64 hexadecimal digits. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    tenant_id: TenantBinding,
    roles: Roles.optional(),
    /** In place of `roles`: keys made before there were sets of them. */
    role: Role.optional(),
    /** Absent: keys made before there were names and kinds have none, and count as SERVICE. */
    name: KeyName.optional(),
    kind: PrincipalKind.default("SERVICE"),
    ...Limits.shape,
    created_at: Instant,
    /** The actor who made it; absent as `name`. */
    created_by: z.string().optional(),
    /** Written at most once an hour. */
    last_used_at: Instant.optional(),
    /** From then on the key is refused. */
    expires_at: Instant.optional(),
    /** From then on the key is refused; kept so that audit entries still name a known key. */
    revoked_at: Instant.optional(),
  })
  .refine(({ role, roles }) => (role === undefined) !== (roles === undefined), {
    path: ["roles"],
    error: "must stand there, or role in its place",
  });
export type ApiKeyV1 = z.infer<typeof ApiKeyV1>;

/** The roles of a key, in the order they were asked for. */
export function rolesOf({ roles, role }: Pick<ApiKeyV1, "roles" | "role">): readonly Role[] {
  return roles ?? (role === undefined ? [] : [role]);
}
