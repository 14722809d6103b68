import {
  ALL_TENANTS,
  type Limits,
  type PrincipalKind,
  type Role,
  type TenantBinding,
} from "@autonomy-gate/core/access";
import type { SwitchOwner } from "@autonomy-gate/core/configuration";

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
