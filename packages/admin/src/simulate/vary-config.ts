import { type ActionTypeEntry, AUTONOMY_MODES, findEntry } from "@autonomy-gate/core/configuration";
import type { StoredFacts } from "@autonomy-gate/core/gate";
import { MIN_CONFIDENCE, POLICY_V1 } from "@autonomy-gate/core/policy";
import { nameOfSwitch, readable, switchWords } from "./overrides.ts";
import type { Simulated, Variation } from "./variation.ts";

/** The mildest entry a type can have: nothing in it speaks against running by itself. */
const MILD_ENTRY = {
  risk_tier: "LOW",
  min_confidence: MIN_CONFIDENCE,
  external_contact: false,
} as const;

/** Single changes to what is configured, the budget aside. */
export function varyConfig(simulated: Simulated): Variation[] {
  return [
    ...varyMode(simulated),
    ...varyKillSwitches(simulated),
    ...varyActionType(simulated),
    ...varyPolicy(simulated),
  ];
}

function withFacts(
  { intent, snapshot }: Simulated,
  kind: Variation["kind"],
  change: string,
  facts: Partial<StoredFacts>,
): Variation {
  return { kind, change, intent, snapshot: { ...snapshot, ...facts } };
}

function varyMode(simulated: Simulated): Variation[] {
  const { intent, snapshot, decision } = simulated;
  const { action_type, account_id } = intent;
  return AUTONOMY_MODES.filter((mode) => mode !== decision.autonomy_mode).map((mode) =>
    withFacts(simulated, "MODE", `mode of ${action_type} for ${account_id} → ${mode}`, {
      modes: { ...snapshot.modes, ACCOUNT_ACTION_TYPE: readable(mode) },
    }),
  );
}

function varyKillSwitches(simulated: Simulated): Variation[] {
  const { killSwitches } = simulated.snapshot;
  return (simulated.decision.facts?.kill_switches ?? []).map((stop) =>
    withFacts(simulated, "KILL_SWITCH", `${switchWords(stop)} → not engaged`, {
      killSwitches: { ...killSwitches, [nameOfSwitch(stop)]: readable({ engaged: false }) },
    }),
  );
}

function varyActionType(simulated: Simulated): Variation[] {
  const { catalogue } = simulated.snapshot;
  const own = catalogue.TENANT.status === "readable" || catalogue.GLOBAL.status === "absent";
  const floor = catalogue.GLOBAL.status === "readable";
  return [
    ...(own ? varyEntry(simulated, "TENANT", entryOf(simulated)) : []),
    ...(floor ? varyEntry(simulated, "GLOBAL", catalogue.GLOBAL.value) : []),
  ];
}

/** The tenant's own entry, or what it would have to say instead of the built-in one. */
function entryOf({ intent, snapshot }: Simulated): ActionTypeEntry | undefined {
  const { TENANT } = snapshot.catalogue;
  if (TENANT.status === "readable") return TENANT.value;
  return findEntry(snapshot.catalogue, intent.action_type).entry;
}

/** Changes to the entry of the tenant or of the platform. */
function varyEntry(
  simulated: Simulated,
  owner: "TENANT" | "GLOBAL",
  entry: ActionTypeEntry | undefined,
): Variation[] {
  const { intent, snapshot } = simulated;
  const whose = owner === "GLOBAL" ? " (the platform's entry)" : "";
  const to = (change: string, changed: ActionTypeEntry): Variation[] => {
    const catalogue = { ...snapshot.catalogue, [owner]: readable(changed) };
    const what = `${intent.action_type}${whose}: ${change}`;
    return [withFacts(simulated, "ACTION_TYPE", what, { catalogue })];
  };
  if (entry === undefined) return to("add it to the catalogue with risk LOW", MILD_ENTRY);
  const { risk_tier, min_confidence } = entry;
  return [
    ...to(`risk ${risk_tier} → LOW`, { ...entry, risk_tier: "LOW" }),
    ...(entry.external_contact
      ? to("external_contact true → false", { ...entry, external_contact: false })
      : []),
    ...(min_confidence > MIN_CONFIDENCE
      ? to(`min_confidence ${min_confidence} → ${MIN_CONFIDENCE}`, {
          ...entry,
          min_confidence: MIN_CONFIDENCE,
        })
      : []),
  ];
}

function varyPolicy(simulated: Simulated): Variation[] {
  const { snapshot, decision } = simulated;
  if (decision.facts?.policy_found === undefined) return [];
  const activePolicy = {
    ...snapshot.activePolicy,
    TENANT: readable({ policy_version: POLICY_V1 }),
  };
  return [withFacts(simulated, "POLICY", `active policy → ${POLICY_V1}`, { activePolicy })];
}
