import { ADMIN_SOURCE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import { createAdminApi } from "./admin-api.ts";
import { createAlarms } from "./alarms.ts";
import { bundleFunctions } from "./bundles.ts";
import { createBus, guardBus } from "./bus.ts";
import { createConsumer } from "./consumer.ts";
import { createDashboard } from "./dashboard.ts";
import { createIdentity } from "./identity.ts";
import { createIntentQueues } from "./intents-queue.ts";
import type { Settings } from "./settings.ts";
import { createExampleSubscribers } from "./subscribers.ts";
import { createTables } from "./tables.ts";

/** Everything of one stage; answers with what its users need to know of it. */
export function deployGate(settings: Settings) {
  const folders = bundleFunctions();
  const bus = createBus(settings);
  const tables = createTables(settings);
  const queues = createIntentQueues(bus, settings);
  const consumer = createConsumer({ folder: folders.consumer, bus, queues, tables, settings });
  const identity = createIdentity(settings);
  const adminApi = createAdminApi({
    folders: { admin: folders.admin, authorizer: folders.authorizer },
    bus,
    tables,
    identity,
    settings,
  });
  const { api, admin, killSwitch } = adminApi;
  guardBus(bus, settings, [
    { sid: "OutcomesByOthers", source: OUTCOME_SOURCE, roleArns: [consumer.nodes.role.arn] },
    {
      sid: "ConfigChangesByOthers",
      source: ADMIN_SOURCE,
      roleArns: [admin.nodes.role.arn, killSwitch.nodes.role.arn],
    },
  ]);
  if (settings.exampleSubscribers) createExampleSubscribers(bus);
  if (settings.production) {
    const watched = { queues, consumer, ...adminApi };
    createAlarms(watched, settings);
    createDashboard(watched);
  }
  return {
    bus: bus.name,
    intentsQueue: queues.intents.url,
    deadLetterQueue: queues.deadLetters.url,
    quarantineQueue: queues.quarantine.url,
    configTable: tables.config.name,
    budgetStateTable: tables.budgetState.name,
    ledgerTable: tables.ledger.name,
    adminUrl: api.url,
    killSwitchFunction: killSwitch.name,
    userPool: identity.pool.id,
    userPoolClient: identity.client.id,
  };
}
