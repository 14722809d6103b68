import type { PrincipalKind, TenantBinding } from "@autonomy-gate/core/access/api-key";
import type { Limits } from "@autonomy-gate/core/access/limits";
import type { Role } from "@autonomy-gate/core/access/role";

/** Who is asking. Everything in it comes from a verified credential, nothing from the request. */
export interface Credential {
  /** As audit entries name them: `key:<key_id>` or `user:<name>`. */
  readonly actor: string;
  readonly kind: PrincipalKind;
  readonly roles: readonly Role[];
  readonly tenant: TenantBinding;
  /** What of its tenant it is for. */
  readonly limits: Limits;
}
