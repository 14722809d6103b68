import * as z from "zod";
import { json } from "../http/answer.ts";
import { withinLimits } from "../http/limits.ts";
import { nextToken, PAGE_DEFAULT, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { GLOBAL_OR_TENANT } from "../http/scope.ts";
import { RangeQuery, timeRange } from "../http/time-range.ts";

/** Lambda hands over 6 MB, and makes a string of the answer's JSON, which at most doubles it. */
const PAGE_BYTES_MAX = 2.5 * 1024 * 1024;

const AuditEntry = z
  .object({
    /** Sorts by time. */
    id: z.string(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    account_id: z.string().optional(),
    object: z.string().optional(),
    before: z.unknown(),
    after: z.unknown(),
    request_id: z.string(),
  })
  .meta({ id: "AuditEntry" });

export const listAudit = adminRoute({
  method: "get",
  path: "/audit",
  summary: "Who changed what, newest first",
  description: "Without tenant_id: the global entries, for platform credentials only.",
  role: "viewer",
  reach: GLOBAL_OR_TENANT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject({
    ...RangeQuery,
    actor: z.string().min(1).max(256).optional(),
    ...PageQuery,
  }),
  body: NOTHING,
  success: z.object({ entries: z.array(AuditEntry), next_token: z.string().optional() }),
  handle: async ({ scope, query, credential }, { audit }) => {
    const { actor, limit, next_token } = query;
    const filter = {
      scope,
      ...timeRange(query),
      ...(actor === undefined ? {} : { actor }),
      ...withinLimits(credential),
    };
    const question = { list: "audit", filter };
    const after = placeIn(next_token, question);
    const page = await audit.page({
      ...filter,
      order: "newest-first",
      limit: limit ?? PAGE_DEFAULT,
      bytesMax: PAGE_BYTES_MAX,
      ...(after === undefined ? {} : { after }),
    });
    return json({ entries: [...page.items], ...nextToken(page, question) });
  },
});
