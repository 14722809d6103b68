import { quoted, type Stored } from "../stored.ts";
import { CLAUSES_V1 } from "./clauses-v1.ts";
import type { Policy } from "./evaluate.ts";
import type { ActivePolicyV1 } from "./policy.ts";

/** The policy evaluated unless another known version is active. */
export const DEFAULT_POLICY: Policy = CLAUSES_V1;

const POLICIES: ReadonlyMap<string, Policy> = new Map(
  [CLAUSES_V1].map((policy) => [policy.version, policy]),
);

/** The policy of a version; `undefined`: this gate does not know that version. */
export function findPolicy(version: string): Policy | undefined {
  return POLICIES.get(version);
}

/** Which version is active, as stored. */
export type PolicyPointers = Readonly<Record<"TENANT" | "GLOBAL", Stored<ActivePolicyV1>>>;

export interface PolicyInForce {
  readonly policy: Policy;
  /** What the pointer names when that is no known version: then nothing is allowed. */
  readonly found?: string;
}

/** The policy that the tenant's pointer names, else the global one, else the default. */
export function policyInForce({ TENANT, GLOBAL }: PolicyPointers): PolicyInForce {
  const pointer = TENANT.status === "absent" ? GLOBAL : TENANT;
  if (pointer.status === "absent") return { policy: DEFAULT_POLICY };
  if (pointer.status === "unreadable") return { policy: DEFAULT_POLICY, found: pointer.found };
  const { policy_version } = pointer.value;
  const policy = findPolicy(policy_version);
  return policy === undefined
    ? { policy: DEFAULT_POLICY, found: quoted(policy_version) }
    : { policy };
}
