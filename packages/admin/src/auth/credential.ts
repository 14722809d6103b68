import {
  ALL_TENANTS,
  type PrincipalKind,
  type TenantBinding,
} from "@autonomy-gate/core/access/api-key";
import type { Limits } from "@autonomy-gate/core/access/limits";
import type { Role } from "@autonomy-gate/core/access/role";
import type { SwitchOwner } from "@autonomy-gate/core/kill-switch/applied";

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

/** Whose side a credential is on: what both sides have, such as kill switches, it sets for its own. */
export function sideOf({ tenant }: Credential): SwitchOwner {
  return tenant === ALL_TENANTS ? "PLATFORM" : "TENANT";
}
