import type { ConfigObject } from "@autonomy-gate/core/configuration";
import { TenantId } from "@autonomy-gate/core/ids";
import { createRandom, type Random } from "../random.ts";
import type { ChangeSpec, Scenario } from "./scenario.ts";

/** What a tenant's ceilings add to a scenario. */
export interface CeilingParts {
  readonly initial: Scenario["initial"];
  readonly changes: readonly ChangeSpec[];
  /** Accounts that nobody configured: an agent made them up. */
  readonly invented: readonly { readonly tenant_id: string; readonly account_id: string }[];
}

const TENANT = "acme";
const PK = `TENANT#${TENANT}`;
const NOTE = "CREATE_INTERNAL_NOTE";
const STAMP = "2026-03-01T00:00:00.000Z";
const LIMITS = [0, 1, 2, 3, 3, 4, 5, 8];
const OBJECTS = [
  ["BUDGET_CEILING", "BUDGET#CEILING"],
  ["TENANT_BUDGET", "BUDGET#TENANT"],
] as const satisfies readonly (readonly [ConfigObject["kind"], string])[];

/** Ceilings in two of five runs, drawn apart from the rest so that a seed's other parts stay. */
export function createCeilings(seed: number, spanMs: number, zone: string): CeilingParts {
  const random = createRandom(seed ^ 0xce11);
  if (!random.chance(0.4)) return { initial: [], changes: [], invented: [] };
  const set = OBJECTS.filter(() => random.chance(0.6));
  const invented = random.chance(0.5) ? ["A1", "a-1", "a.1"] : [];
  return {
    initial: [
      ...set.map(([, sk]) => ({ pk: PK, sk, ...ceiling(zone, random) })),
      ...(invented.length === 0 ? [] : openToAll(zone)),
    ],
    changes: Array.from({ length: random.int(4) }, () => change(spanMs, zone, random)),
    invented: invented.map((account_id) => ({ tenant_id: TENANT, account_id })),
  };
}

/** Every account of the tenant may run a little by itself, whoever thought of it. */
function openToAll(timezone: string): Scenario["initial"] {
  return [
    { pk: PK, sk: "AUTONOMY#DEFAULT", mode: "AUTO_EXECUTE", updated_at: STAMP },
    { pk: PK, sk: "BUDGET#CONFIG", max_autonomous_per_day: 2, timezone, updated_at: STAMP },
  ];
}

function change(spanMs: number, zone: string, random: Random): ChangeSpec {
  const atMs = random.between(0, spanMs);
  const [kind, sk] = random.pick(OBJECTS);
  if (random.chance(0.15)) {
    const item = { pk: PK, sk, max_autonomous_per_day: random.pick(["3", -1, null]) };
    return { kind: "raw", atMs, table: "config", item };
  }
  const scope = { kind: "TENANT", tenant_id: TenantId.parse(TENANT) } as const;
  const address = { scope, object: { kind } } as const;
  const after = ceiling(zone, random);
  return { kind: "admin", atMs, address, ...(random.chance(0.2) ? {} : { after }) };
}

function ceiling(zone: string, random: Random): Record<string, unknown> {
  return {
    max_autonomous_per_day: random.pick(LIMITS),
    ...(random.chance(0.3) ? { max_per_action_type: { [NOTE]: random.pick(LIMITS) } } : {}),
    ...(random.chance(0.6) ? { timezone: zone } : {}),
    updated_at: STAMP,
  };
}
