import { COMMIT_WINDOW_MS, REQUEST_MS_MAX } from "@autonomy-gate/core/commit/bounds";
import type { ConfigScope } from "@autonomy-gate/core/config/address";
import { instantMs } from "@autonomy-gate/core/day";
import { ActionType } from "@autonomy-gate/core/ids";
import { SwitchOwner } from "@autonomy-gate/core/kill-switch/applied";
import {
  KILL_SWITCH_REASON_LENGTH_MAX,
  KillSwitchV1,
} from "@autonomy-gate/core/kill-switch/kill-switch";
import { hasVisibleText } from "@autonomy-gate/core/visible-text";
import * as z from "zod";
import { sideOf } from "../auth/credential.ts";
import { json } from "../http/answer.ts";
import { HttpError, invalid } from "../http/errors.ts";
import { etagOf } from "../http/etag.ts";
import { adminRoute, type Caller, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ANY_SCOPE, NamedScope } from "../http/scope.ts";
import {
  EffectiveSwitch,
  effectiveSwitches,
  KillSwitch,
  ownersAt,
  switchView,
} from "./kill-switch-view.ts";
import { LookAlikes, lookAlikesAfterChange, STOP_DECISIONS_MAX } from "./look-alikes.ts";
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
  /** Whose switch is set; by default that of the credential's side. */
  owner: SwitchOwner.optional(),
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
  /** The switch of this very scope and owner; `null`: none was ever set, which stops nothing. */
  kill_switch: z.union([KillSwitch, z.null()]),
  /** Every engaged switch that applies here, widest scope first, the platform's first. */
  effective: z.array(EffectiveSwitch),
});

export const getKillSwitch = adminRoute({
  method: "get",
  path: "/kill-switch",
  summary: "The kill switch of a scope, and all that apply to it",
  description:
    "A tenant and an account have two: the tenant's own and the platform's. `kill_switch` is that of `owner`, by default of the credential's side; `effective` lists those of both.",
  role: "viewer",
  reach: ANY_SCOPE,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject({ owner: SwitchOwner.optional() }),
  body: NOTHING,
  success: SwitchAnswer,
  handle: async ({ scope, calendar, credential, query }, { config }) => {
    const owner = ownerNamed("owner", scope, query.owner ?? sideOf(credential));
    const [stored, effective] = await Promise.all([
      config.read({ scope, object: { kind: "KILL_SWITCH", owner } }),
      effectiveSwitches(scope, calendar, config),
    ]);
    const kill_switch = stored === undefined ? null : switchView(stored, scope, owner);
    return json({ kill_switch, effective }, kill_switch?.etag);
  },
});

export const putKillSwitch = adminRoute({
  method: "put",
  path: "/kill-switch",
  summary: "Stop, or let run again, what runs by itself",
  description:
    "Scope: an account, a tenant, or with none named everyone. When this answers for an account, nothing automatic commits there any more on the facts before it; `takes_hold` says how long it may take elsewhere. Each owner lifts its own switch: a platform credential sets the platform's unless `owner` is TENANT, a tenant's credential only the tenant's.",
  role: "operator",
  reach: ANY_SCOPE,
  // One switch holds the stop of every type: to write it is to lift another's.
  limited: "ACCOUNT",
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: SwitchBody,
  success: SwitchAnswer.extend({
    takes_hold: TakesHold,
    /** For an account: others that look like it and had decisions lately. They are not stopped. */
    look_alikes: LookAlikes.optional(),
  }),
  handle: async (request, ports) => {
    const { scope, body, calendar } = request;
    const { tenant_id, account_id, owner: named, ...asked } = body;
    const owner = ownerOfChange(request, scope, named);
    const { engaged, expires_at } = asked;
    if (engaged && expires_at !== undefined && instantMs(expires_at) <= calendar.epochMs) {
      throw invalid([{ path: "body.expires_at", message: "must be in the future" }]);
    }
    const after = KillSwitchV1.parse({ ...asked, ...writtenBy(request) });
    const object = { kind: "KILL_SWITCH", owner } as const;
    await makeChange({ scope, object, action: "PUT /kill-switch", after }, request, ports);
    const [effective, look_alikes] = await Promise.all([
      effectiveSwitches(scope, calendar, ports.config),
      scope.kind === "ACCOUNT"
        ? lookAlikesAfterChange({ ...request, scope }, ports, STOP_DECISIONS_MAX)
        : undefined,
    ]);
    const etag = etagOf(after);
    return json(
      {
        kill_switch: { ...scopeIds(scope), owner, ...after, etag },
        effective,
        takes_hold: takesHold(scope),
        ...(look_alikes === undefined ? {} : { look_alikes }),
      },
      etag,
    );
  },
});

/** Throws a 403 where a tenant's credential names the platform's switch. */
function ownerOfChange(
  { credential }: Caller,
  scope: ConfigScope,
  named: SwitchOwner | undefined,
): SwitchOwner {
  const own = sideOf(credential);
  if (named === "PLATFORM" && own === "TENANT") {
    throw new HttpError(
      "FORBIDDEN",
      "Only the platform sets and lifts its own kill switches. Ask the platform's operators; `updated_by` of the switch names who set it last.",
    );
  }
  return ownerNamed("body.owner", scope, named ?? own);
}

/** Throws a 400 where an owner can have no switch. */
function ownerNamed(path: string, scope: ConfigScope, owner: SwitchOwner): SwitchOwner {
  if (ownersAt(scope).includes(owner)) return owner;
  throw invalid([{ path, message: "must be PLATFORM where no tenant is named" }]);
}

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
