import { BUILT_IN_CATALOGUE } from "@autonomy-gate/core/catalogue/built-in";
import { scopeOf } from "@autonomy-gate/core/config/address";
import { listAll } from "@autonomy-gate/core/config/list-all";
import type { Calendar } from "@autonomy-gate/core/day";
import { decideNow } from "@autonomy-gate/core/gate/decide-now";
import type { StoredFacts } from "@autonomy-gate/core/gate/snapshot";
import { ActionType, IntentId } from "@autonomy-gate/core/ids";
import { AutonomyMode, MODE_LEVELS, ModeSource } from "@autonomy-gate/core/mode/mode";
import { resolveMode } from "@autonomy-gate/core/mode/resolve-mode";
import { AutoApprovalDecision, Reason } from "@autonomy-gate/core/policy/policy";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ACCOUNT, type AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";

/** The intent that is put to the gate to see what could run by itself: as sure as can be. */
const SUREST_CONFIDENCE = 1;

const EffectiveMode = z.object({
  /** `null`: the level that answers holds something that is not a mode. */
  mode: AutonomyMode.nullable(),
  mode_source: ModeSource,
  considered: z.array(z.object({ level: z.enum(MODE_LEVELS), mode: AutonomyMode.nullable() })),
});

const EffectiveType = EffectiveMode.extend({
  action_type: ActionType,
  /** Whether an intent of full confidence would run by itself if it came now. */
  can_run_by_itself: z.boolean(),
  decision: AutoApprovalDecision,
  reason: Reason,
  explanation: z.string(),
});

export const effectiveMode = adminRoute({
  method: "get",
  path: "/config/effective",
  summary: "The mode in force for an account, and what could run by itself now",
  description:
    "With action_type: the mode in force and every level that was considered. Without: that for every known action type, with what the gate would say now to an intent of full confidence.",
  role: "viewer",
  reach: ACCOUNT,
  params: NO_FIELDS,
  query: z.strictObject({ action_type: ActionType.optional() }),
  body: NOTHING,
  success: z.union([EffectiveMode, z.object({ action_types: z.array(EffectiveType) })]),
  handle: async ({ scope, query, calendar }, ports) => {
    const one = query.action_type;
    const types = one === undefined ? await knownTypes(scope, ports) : [one];
    const replies = await ports.gate.readFacts(
      types.map((action_type) => ({ ...accountOf(scope), action_type })),
    );
    const known = replies.flatMap(({ facts }, index) => {
      const action_type = types[index];
      return facts === undefined || action_type === undefined ? [] : [{ action_type, facts }];
    });
    const [first] = known;
    if (one !== undefined && first !== undefined) return json(modeView(first.facts));
    return json({
      action_types: known.map(({ action_type, facts }) =>
        typeView(action_type, facts, scope, calendar),
      ),
    });
  },
});

function accountOf({ tenant_id, account_id }: AccountScope) {
  return { tenant_id, account_id };
}

function modeView(facts: StoredFacts): z.infer<typeof EffectiveMode> {
  const { mode, source } = resolveMode(facts.modes);
  return {
    mode,
    mode_source: source,
    considered: MODE_LEVELS.map((level) => {
      const stored = facts.modes[level];
      return { level, mode: stored.status === "readable" ? stored.value : null };
    }),
  };
}

function typeView(
  action_type: ActionType,
  facts: StoredFacts,
  scope: AccountScope,
  calendar: Calendar,
): z.infer<typeof EffectiveType> {
  const surest = {
    ...accountOf(scope),
    action_intent_id: IntentId.parse("effective"),
    action_type,
    confidence_score: SUREST_CONFIDENCE,
  };
  const { decision, reason, explanation } = decideNow(surest, { ...facts, calendar });
  return {
    action_type,
    ...modeView(facts),
    can_run_by_itself: decision === "AUTO_EXECUTE",
    decision,
    reason,
    explanation,
  };
}

/** Every type that the catalogue knows or that a mode is set for. */
async function knownTypes(scope: AccountScope, { listing }: AdminPorts): Promise<ActionType[]> {
  const tenant = scopeOf(scope.tenant_id);
  const lists = await Promise.all([
    listAll(listing, scopeOf(), "ACTION_TYPE"),
    listAll(listing, tenant, "ACTION_TYPE"),
    listAll(listing, tenant, "MODE"),
    listAll(listing, scope, "MODE"),
  ]);
  const names = new Set([...BUILT_IN_CATALOGUE.keys(), ...lists.flat().map(({ name }) => name)]);
  return [...names].sort().flatMap((name) => {
    const type = ActionType.safeParse(name);
    return type.success ? [type.data] : [];
  });
}
