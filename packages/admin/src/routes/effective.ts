import { coversActionType } from "@autonomy-gate/core/access";
import { readAllFacts } from "@autonomy-gate/core/commit";
import {
  AutonomyMode,
  BUILT_IN_CATALOGUE,
  MODE_LEVELS,
  ModeSource,
  mergedPage,
  resolveMode,
  scopeOf,
} from "@autonomy-gate/core/configuration";
import type { Calendar } from "@autonomy-gate/core/day";
import { decideNow, type StoredFacts } from "@autonomy-gate/core/gate";
import { ActionType, IntentId } from "@autonomy-gate/core/ids";
import { AutoApprovalDecision, Reason } from "@autonomy-gate/core/policy";
import type { Page } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { nextToken, PAGE_DEFAULT, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ACCOUNT, type AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";
import { LookAlikes, lookAlikes } from "./look-alikes.ts";

/** The intent that is put to the gate to see what could run by itself: as sure as can be. */
const SUREST_CONFIDENCE = 1;

const EffectiveMode = z.object({
  /** `null`: the level that answers holds something that is not a mode. */
  mode: AutonomyMode.nullable(),
  mode_source: ModeSource,
  considered: z.array(z.object({ level: z.enum(MODE_LEVELS), mode: AutonomyMode.nullable() })),
});

const Warned = {
  /** Other accounts that look like this one; absent: none was seen. */
  look_alikes: LookAlikes.optional(),
};

const EffectiveType = EffectiveMode.extend({
  action_type: ActionType,
  /** Whether an intent of full confidence would run by itself if it came now. */
  can_run_by_itself: z.boolean(),
  decision: AutoApprovalDecision,
  reason: Reason,
  explanation: z.string(),
});

const EffectiveTypes = z.object({
  action_types: z.array(EffectiveType),
  next_token: z.string().optional(),
  ...Warned,
});

export const effectiveMode = adminRoute({
  method: "get",
  path: "/config/effective",
  summary: "The mode in force for an account, and what could run by itself now",
  description:
    "With action_type: the mode in force and every level that was considered. Without: that for every known action type, with what the gate would say now to an intent of full confidence. `look_alikes` warns of other accounts, among recent decisions and changes, whose ids differ only by letter case or by `.`, `_`, `-`, `:`.",
  role: "viewer",
  reach: ACCOUNT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject({ action_type: ActionType.optional(), ...PageQuery }),
  body: NOTHING,
  success: z.union([EffectiveMode.extend(Warned), EffectiveTypes]),
  handle: async ({ scope, query, calendar, credential }, ports) => {
    const one = query.action_type;
    const question = { list: "effective", scope };
    const page = one === undefined ? await knownTypes(scope, query, question, ports) : undefined;
    const known = page?.items ?? (one === undefined ? [] : [one]);
    const types = known.filter((type) => coversActionType(credential.limits, type));
    const [replies, alike] = await Promise.all([
      readAllFacts(
        ports.gate,
        types.map((action_type) => ({ ...accountOf(scope), action_type })),
      ),
      lookAlikes({ scope, calendar, credential }, ports),
    ]);
    const warned = alike.accounts.length === 0 ? {} : { look_alikes: alike };
    const answered = replies.flatMap(({ facts }, index) => {
      const action_type = types[index];
      return facts === undefined || action_type === undefined ? [] : [{ action_type, facts }];
    });
    const [first] = answered;
    if (one !== undefined && first !== undefined) {
      return json({ ...modeView(first.facts), ...warned });
    }
    return json({
      action_types: answered.map(({ action_type, facts }) =>
        typeView(action_type, facts, scope, calendar),
      ),
      ...(page && nextToken(page, question)),
      ...warned,
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

/** A page of every type that the catalogue knows or that a mode is set for. */
async function knownTypes(
  scope: AccountScope,
  query: { readonly limit?: number | undefined; readonly next_token?: string | undefined },
  question: unknown,
  { listing }: AdminPorts,
): Promise<Page<ActionType>> {
  const tenant = scopeOf(scope.tenant_id);
  const lists = [
    { scope: scopeOf(), kind: "ACTION_TYPE" },
    { scope: tenant, kind: "ACTION_TYPE" },
    { scope: tenant, kind: "MODE" },
    { scope, kind: "MODE" },
  ] as const;
  const range = { limit: query.limit ?? PAGE_DEFAULT, after: placeIn(query.next_token, question) };
  const page = await mergedPage(listing, lists, range, BUILT_IN_CATALOGUE.keys());
  const items = page.items.flatMap(({ name }) => {
    const type = ActionType.safeParse(name);
    return type.success ? [type.data] : [];
  });
  return { ...page, items };
}
