import { COMMIT_WINDOW_MS, REQUEST_MS_MAX } from "@autonomy-gate/core/commit/bounds";
import type { ConfigScope } from "@autonomy-gate/core/config/address";
import { instantMs } from "@autonomy-gate/core/day";
import { ActionType } from "@autonomy-gate/core/ids";
import {
  KILL_SWITCH_REASON_LENGTH_MAX,
  KillSwitchV1,
} from "@autonomy-gate/core/kill-switch/kill-switch";
import { hasVisibleText } from "@autonomy-gate/core/visible-text";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { invalid } from "../http/errors.ts";
import { etagOf } from "../http/etag.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ANY_SCOPE, NamedScope } from "../http/scope.ts";
import { EffectiveSwitch, effectiveSwitches, KillSwitch, switchView } from "./kill-switch-view.ts";
import { makeChange, scopeIds, writtenBy } from "./write.ts";

/** Action types one switch may name; to stop more of them, stop all. */
const ACTION_TYPES_MAX = 100;

const TakesHold = z.object({
  /** How long after this answer a decision based on the facts before it may still commit. */
  within_seconds: z.number(),
  guarantee: z.string(),
});

const SwitchBody = z.strictObject({
  ...NamedScope.shape,
  engaged: z.boolean(),
  effect: KillSwitchV1.shape.effect,
  reason: z
    .string()
    .trim()
    .min(1)
    .max(KILL_SWITCH_REASON_LENGTH_MAX)
    .refine((text) => text.isWellFormed(), "must be well-formed Unicode")
    .refine(hasVisibleText, "must have a visible character"),
  action_types: z.array(ActionType).min(1).max(ACTION_TYPES_MAX).optional(),
  expires_at: KillSwitchV1.shape.expires_at,
});

const SwitchAnswer = z.object({
  /** The switch of this very scope; `null`: none was ever set, which stops nothing. */
  kill_switch: KillSwitch.nullable(),
  /** Every engaged switch that applies here, widest scope first. */
  effective: z.array(EffectiveSwitch),
});

export const getKillSwitch = adminRoute({
  method: "get",
  path: "/kill-switch",
  summary: "The kill switch of a scope, and all that apply to it",
  role: "viewer",
  reach: ANY_SCOPE,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: NOTHING,
  success: SwitchAnswer,
  handle: async ({ scope, calendar }, { config }) => {
    const [stored, effective] = await Promise.all([
      config.read({ scope, object: { kind: "KILL_SWITCH" } }),
      effectiveSwitches(scope, calendar, config),
    ]);
    const kill_switch = stored === undefined ? null : switchView(stored, scope);
    return json({ kill_switch, effective }, kill_switch?.etag);
  },
});

export const putKillSwitch = adminRoute({
  method: "put",
  path: "/kill-switch",
  summary: "Stop, or let run again, what runs by itself",
  description:
    "Scope: an account, a tenant, or with none named everyone. When this answers for an account, nothing automatic commits there any more on the facts before it; `takes_hold` says how long it may take elsewhere.",
  role: "operator",
  reach: ANY_SCOPE,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: SwitchBody,
  success: SwitchAnswer.extend({ takes_hold: TakesHold }),
  handle: async (request, ports) => {
    const { scope, body, calendar } = request;
    const { tenant_id, account_id, ...asked } = body;
    const { engaged, expires_at } = asked;
    if (engaged && expires_at !== undefined && instantMs(expires_at) <= calendar.epochMs) {
      throw invalid([{ path: "body.expires_at", message: "must be in the future" }]);
    }
    const after = KillSwitchV1.parse({ ...asked, ...writtenBy(request) });
    const object = { kind: "KILL_SWITCH" } as const;
    await makeChange({ scope, object, action: "PUT /kill-switch", after }, request, ports);
    const effective = await effectiveSwitches(scope, calendar, ports.config);
    const etag = etagOf(after);
    return json(
      {
        kill_switch: { ...scopeIds(scope), ...after, etag },
        effective,
        takes_hold: takesHold(scope),
      },
      etag,
    );
  },
});

function takesHold(scope: ConfigScope): z.infer<typeof TakesHold> {
  switch (scope.kind) {
    case "ACCOUNT":
      return {
        within_seconds: 0,
        guarantee: "No automatic decision based on the facts before this change commits any more.",
      };
    case "GLOBAL":
    case "TENANT":
      return {
        within_seconds: (COMMIT_WINDOW_MS + REQUEST_MS_MAX) / 1_000,
        guarantee:
          "Automatic decisions that read their facts before this change may commit until then; requests that the network delays beyond their timeout are outside this bound.",
      };
    default:
      return scope satisfies never;
  }
}
