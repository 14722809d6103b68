import { StoredCeiling, type TenantCeilings } from "@autonomy-gate/core/budget";
import type { ConfigAttributes } from "@autonomy-gate/core/configuration";
import type { TenantId } from "@autonomy-gate/core/ids";
import type { ConfigStore } from "@autonomy-gate/core/ports";
import { storedAs } from "@autonomy-gate/core/values";

/** The configuration objects of a tenant's ceilings, by who sets them. */
export const CEILING_OBJECTS = {
  PLATFORM: { kind: "BUDGET_CEILING" },
  TENANT: { kind: "TENANT_BUDGET" },
} as const;

/** The ceilings as they are stored, be they readable or not. */
export interface StoredCeilings {
  readonly PLATFORM?: ConfigAttributes | undefined;
  readonly TENANT?: ConfigAttributes | undefined;
}

export async function storedCeilings(
  { tenant_id }: { readonly tenant_id: TenantId },
  config: Pick<ConfigStore, "read">,
): Promise<StoredCeilings> {
  const scope = { kind: "TENANT", tenant_id } as const;
  const [PLATFORM, TENANT] = await Promise.all([
    config.read({ scope, object: CEILING_OBJECTS.PLATFORM }),
    config.read({ scope, object: CEILING_OBJECTS.TENANT }),
  ]);
  return { PLATFORM, TENANT };
}

/** The same as the gate reads them. */
export function ceilingsFrom({ PLATFORM, TENANT }: StoredCeilings): TenantCeilings {
  return { PLATFORM: storedAs(StoredCeiling, PLATFORM), TENANT: storedAs(StoredCeiling, TENANT) };
}
