import { expect, test } from "vitest";
import { ACCOUNT, NOTE } from "../../test/fixtures.ts";
import type { ConfigAddress } from "./address.ts";
import { configChanged } from "./changed.ts";
import { AutonomyConfigChanged } from "./changed-event.ts";

const tenant = { kind: "TENANT", tenant_id: ACCOUNT.tenant_id } as const;

test.each<ConfigAddress>([
  { scope: { kind: "GLOBAL" }, object: { kind: "KILL_SWITCH" } },
  { scope: { kind: "GLOBAL" }, object: { kind: "ACTIVE_POLICY" } },
  { scope: { kind: "GLOBAL" }, object: { kind: "API_KEY", key_id: "0123456789abcdef" } },
  { scope: tenant, object: { kind: "MODE" } },
  { scope: tenant, object: { kind: "ACTION_TYPE", action_type: NOTE } },
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
