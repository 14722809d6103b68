import { coversActionType } from "@autonomy-gate/core/access";
import { RecordFields } from "@autonomy-gate/core/gate";
import { AccountId, IntentId, TenantId } from "@autonomy-gate/core/ids";
import { AutoApprovalDecision, Reason } from "@autonomy-gate/core/policy";
import type { ListedDecision } from "@autonomy-gate/core/ports";
import * as z from "zod";
import { json } from "../http/answer.ts";
import { withinLimits } from "../http/limits.ts";
import { nextToken, PAGE_DEFAULT, PageQuery, Place, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { ACCOUNT, TENANT_OR_ACCOUNT } from "../http/scope.ts";
import { RangeQuery, type TimeRange, timeRange } from "../http/time-range.ts";
import { notFound, type scopeIds } from "./write.ts";

const Decided = z.looseObject(RecordFields.shape).meta({ id: "DecisionRecord" });

/** A record that cannot be read is listed all the same: whose it is is known. */
const Unreadable = z.object({
  tenant_id: TenantId,
  account_id: AccountId,
  action_intent_id: IntentId,
  unreadable: z.literal(true),
});

export const listDecisions = adminRoute({
  method: "get",
  path: "/decisions",
  summary: "Decisions of a tenant or an account, newest first",
  description:
    "Following next_token to the end meets every decision listed at the start exactly once, whatever is decided meanwhile. A page may be short, even empty, and still have a next_token.",
  role: "viewer",
  reach: TENANT_OR_ACCOUNT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject({
    decision: AutoApprovalDecision.optional(),
    reason: Reason.optional(),
    ...RangeQuery,
    ...PageQuery,
  }),
  body: NOTHING,
  success: z.object({
    decisions: z.array(z.union([Decided, Unreadable])),
    next_token: z.string().optional(),
  }),
  handle: async ({ scope, query, credential }, { decisions }) => {
    const { decision, reason, limit, next_token } = query;
    const range = timeRange(query);
    const filter = {
      ...scopeRef(scope),
      ...(decision === undefined ? {} : { decision }),
      ...(reason === undefined ? {} : { reason }),
      ...range,
      ...withinLimits(credential),
    };
    const question = { list: "decisions", filter };
    const before = placeIn(next_token, question, placeWithin(range));
    const page = await decisions.page({
      ...filter,
      limit: limit ?? PAGE_DEFAULT,
      ...(before === undefined ? {} : { before }),
    });
    return json({ decisions: page.items.map(listed), ...nextToken(page, question) });
  },
});

export const getDecision = adminRoute({
  method: "get",
  path: "/decisions/{action_intent_id}",
  summary: "What was decided on an intent, why, on which facts and by which policy",
  role: "viewer",
  reach: ACCOUNT,
  limited: "FILTERED",
  params: z.strictObject({ action_intent_id: IntentId }),
  query: NO_FIELDS,
  body: NOTHING,
  success: Decided,
  handle: async ({ scope, params, credential: { limits } }, { decisions }) => {
    const { tenant_id, account_id } = scope;
    const found = await decisions.find({ tenant_id, account_id, ...params });
    if (found.status === "absent") throw notFound();
    if (found.status === "readable") {
      // The request did not name the action type, so it is told as if there were nothing.
      if (!coversActionType(limits, found.value.action_type ?? undefined)) throw notFound();
      return json(found.value);
    }
    throw new TypeError("A recorded decision cannot be read.");
  },
});

/** Places begin with a year; one outside the range would turn the bounds round that DynamoDB is asked for. */
function placeWithin({ from = "0", to = "~" }: TimeRange) {
  return Place.refine((place) => {
    const [decidedAt = place] = place.split("#");
    return from <= decidedAt && decidedAt <= to;
  });
}

function scopeRef(scope: Parameters<typeof scopeIds>[0] & { readonly tenant_id: TenantId }) {
  return scope.kind === "ACCOUNT"
    ? { tenant_id: scope.tenant_id, account_id: scope.account_id }
    : { tenant_id: scope.tenant_id };
}

function listed({ record, tenant_id, account_id, action_intent_id }: ListedDecision) {
  if (record.status === "readable") return record.value;
  return { tenant_id, account_id, action_intent_id, unreadable: true } as const;
}
