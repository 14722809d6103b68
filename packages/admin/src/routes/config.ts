import { coversActionType } from "@autonomy-gate/core/access";
import {
  AutonomyMode,
  AutonomyModeConfigV1,
  type ConfigAttributes,
  MODE_CONFIG_VERSION,
} from "@autonomy-gate/core/configuration";
import { ActionType } from "@autonomy-gate/core/ids";
import type { ListedObject } from "@autonomy-gate/core/ports";
import { quoted } from "@autonomy-gate/core/values";
import * as z from "zod";
import { json, NONE } from "../http/answer.ts";
import { etagOf } from "../http/etag.ts";
import { nextToken, PAGE_MAX, PageQuery, placeIn } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import {
  type AccountScope,
  agreed,
  keysBody,
  NamedScope,
  TENANT_OR_ACCOUNT,
  type TenantScope,
} from "../http/scope.ts";
import { makeChange, scopeIds, writtenBy } from "./write.ts";

const DEFAULT_NAME = "DEFAULT";

const ModeConfig = z
  .object({
    ...AutonomyModeConfigV1.shape,
    updated_at: AutonomyModeConfigV1.shape.updated_at.optional(),
    etag: z.string(),
  })
  .meta({ id: "AutonomyModeConfigV1" });
type ModeConfig = z.infer<typeof ModeConfig>;

const ModeList = z.object({
  configs: z.array(ModeConfig),
  /** Stored things that are no modes: each holds back what it is for, until it is put right. */
  unreadable: z
    .array(z.object({ action_type: z.string().optional(), found: z.string(), etag: z.string() }))
    .optional(),
  next_token: z.string().optional(),
});

const ModeBody = z.strictObject({
  ...NamedScope.shape,
  action_type: ActionType.optional(),
  mode: AutonomyMode,
});

const ModeKey = z.strictObject({ action_type: ActionType.optional() });

export const listModes = adminRoute({
  method: "get",
  path: "/config",
  summary: "The autonomy modes set for a tenant or an account",
  role: "viewer",
  reach: TENANT_OR_ACCOUNT,
  limited: "FILTERED",
  params: NO_FIELDS,
  query: z.strictObject(PageQuery),
  body: NOTHING,
  success: ModeList,
  handle: async ({ scope, query, credential }, { listing }) => {
    const question = { list: "config", scope };
    const after = placeIn(query.next_token, question);
    const page = await listing.page(scope, "MODE", {
      limit: query.limit ?? PAGE_MAX,
      ...(after === undefined ? {} : { after }),
    });
    // The default counts for every type, so for those of any credential too.
    const own = page.items.filter(
      ({ name }) => name === DEFAULT_NAME || coversActionType(credential.limits, name),
    );
    const read = own.map((item) => modeFrom(item, scope));
    const unreadable = read.flatMap((item) => ("found" in item ? [item] : []));
    return json({
      configs: read.flatMap((item) => ("found" in item ? [] : [item])),
      ...(unreadable.length === 0 ? {} : { unreadable }),
      ...nextToken(page, question),
    });
  },
});

export const putMode = adminRoute({
  method: "put",
  path: "/config",
  summary: "Set the mode of a tenant or an account, for one action type or by default",
  role: "admin",
  reach: TENANT_OR_ACCOUNT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: ModeBody,
  success: z.object({ config: ModeConfig }),
  handle: async (request, ports) => {
    const { scope, body } = request;
    const { action_type, mode } = body;
    const after = AutonomyModeConfigV1.parse({
      ...scopeIds(scope),
      ...(action_type === undefined ? {} : { action_type }),
      mode,
      ...writtenBy(request),
      policy_version: MODE_CONFIG_VERSION,
    });
    await makeChange(
      { scope, object: modeObject(action_type), action: "PUT /config", after },
      request,
      ports,
    );
    const etag = etagOf(after);
    return json({ config: { ...after, etag } }, etag);
  },
});

export const deleteMode = adminRoute({
  method: "delete",
  path: "/config",
  summary: "Remove the mode of one level, so that the next level answers",
  role: "admin",
  reach: TENANT_OR_ACCOUNT,
  params: NO_FIELDS,
  query: ModeKey,
  body: keysBody({ ...NamedScope.shape, ...ModeKey.shape }),
  success: NOTHING,
  handle: async (request, ports) => {
    const { scope, query, body } = request;
    const object = modeObject(agreed("action_type", [query.action_type, body?.action_type]));
    await makeChange({ scope, object, action: "DELETE /config" }, request, ports);
    return NONE;
  },
});

function modeObject(action_type: ActionType | undefined) {
  return { kind: "MODE", ...(action_type === undefined ? {} : { action_type }) } as const;
}

/** The key says whom a mode is for: the gate goes by nothing else. */
function modeFrom({ name, attributes }: ListedObject, scope: TenantScope | AccountScope) {
  const etag = etagOf(attributes);
  const named = name === DEFAULT_NAME ? {} : { action_type: name };
  const parsed = ModeConfig.safeParse({ ...known(attributes), ...scopeIds(scope), ...named, etag });
  return parsed.success ? parsed.data : { ...named, found: quoted(attributes.mode ?? null), etag };
}

/** What a mode needs is its mode; the rest may be missing on items that others wrote. */
function known(attributes: ConfigAttributes): Partial<ModeConfig> {
  const about = ModeConfig.pick({ updated_at: true, updated_by: true, policy_version: true });
  const mode = AutonomyMode.safeParse(attributes.mode);
  return { ...about.safeParse(attributes).data, ...(mode.success ? { mode: mode.data } : {}) };
}
