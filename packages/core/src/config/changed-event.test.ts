import { expect, test } from "vitest";
import { ACCOUNT, NOTE } from "../../test/fixtures.ts";
import type { ConfigAddress } from "./address.ts";
import { configChanged } from "./changed.ts";
import { AutonomyConfigChanged } from "./changed-event.ts";

const tenant = { kind: "TENANT", tenant_id: ACCOUNT.tenant_id } as const;

test.each<ConfigAddress>([
  { scope: { kind: "GLOBAL" }, object: { kind: "KILL_SWITCH", owner: "PLATFORM" } },
  { scope: tenant, object: { kind: "KILL_SWITCH", owner: "TENANT" } },
  { scope: { kind: "GLOBAL" }, object: { kind: "ACTIVE_POLICY" } },
  { scope: { kind: "GLOBAL" }, object: { kind: "API_KEY", key_id: "0123456789abcdef" } },
  { scope: tenant, object: { kind: "MODE" } },
  { scope: tenant, object: { kind: "ACTION_TYPE", action_type: NOTE } },
  { scope: tenant, object: { kind: "BUDGET_CEILING" } },
  { scope: tenant, object: { kind: "TENANT_BUDGET" } },
  { scope: { kind: "ACCOUNT", ...ACCOUNT }, object: { kind: "BUDGET" } },
  {
    scope: { kind: "ACCOUNT", ...ACCOUNT },
    object: { kind: "ACTION_TYPE_BUDGET", action_type: NOTE },
  },
])("a change of %j is told in the published schema", (address) => {
  const change = {
    ...address,
    after: { mode: "DISABLED" },
    actor: "key_1",
    action: "PUT /config",
    request_id: "r-1",
    at: "2026-11-22T09:30:00.000Z",
  };
  const event = configChanged(change, "evt-1");
  expect(AutonomyConfigChanged.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  expect(event.data).toMatchObject({ before: null, after: { mode: "DISABLED" } });
});

test.each([
  [tenant, "TENANT", "TENANT"],
  [tenant, "PLATFORM", "PLATFORM"],
  [{ kind: "GLOBAL" }, "TENANT", "PLATFORM"],
] as const)("says whose a kill switch is: of %j by %s", (scope, owner, told) => {
  const about = { actor: "key_1", action: "PUT /kill-switch", request_id: "r-1" };
  const at = "2026-11-22T09:30:00.000Z";
  const event = configChanged({ scope, object: { kind: "KILL_SWITCH", owner }, ...about, at }, "e");
  expect(event.data.owner).toBe(told);
});
