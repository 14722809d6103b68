import { awsPorts } from "@autonomy-gate/admin/aws-ports";
import { createDocumentClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";

/** The admin API's ports on a stack; nothing is logged. */
export function adminPorts({ region, credentials, dynamodb, events }: StackFile) {
  const { config, budget_state, ledger } = dynamodb.tables;
  return awsPorts({
    client: createDocumentClient({ region, credentials, endpoint: dynamodb.endpoint }),
    tables: { config, budgetState: budget_state, ledger },
    events: new EventBridgeClient({ region, credentials, endpoint: events.endpoint }),
    busName: events.bus,
    clock: systemClock(),
    telemetry: { answered: () => {}, failed: () => {}, notEmitted: () => {} },
    corsOrigins: [],
  });
}
