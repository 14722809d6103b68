import { awsPorts } from "@autonomy-gate/admin/aws-ports";
import { createDynamoClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import { tableNames } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";

/** The admin API's ports on a stack; nothing is logged. */
export function adminPorts(stack: StackFile) {
  const { region, credentials, dynamodb, events } = stack;
  return awsPorts({
    client: createDynamoClient({ region, credentials, endpoint: dynamodb.endpoint }),
    tables: tableNames(stack),
    events: new EventBridgeClient({ region, credentials, endpoint: events.endpoint }),
    busName: events.bus,
    clock: systemClock(),
    telemetry: {
      answered: () => {},
      failed: () => {},
      notEmitted: () => {},
      useNotNoted: () => {},
      lookAlikesNotRead: () => {},
    },
    corsOrigins: [],
  });
}
