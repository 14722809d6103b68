import { createApiKey } from "@autonomy-gate/admin/keys/api-keys";
import { serveAdmin } from "@autonomy-gate/admin/serve";
import { dynamoTable } from "@autonomy-gate/core/adapters/dynamodb/dynamo-table";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import { connect, tableNames } from "./clients.ts";
import { onPort } from "./on-port.ts";
import type { LocalSettings } from "./settings.ts";
import type { StackFile } from "./stack-file.ts";

/** The admin API on a stack, with a key of its own that may do everything. */
export interface LocalAdmin {
  readonly url: string;
  readonly api_key: string;
  close(): Promise<void>;
}

/** Serves the deployed admin API on 127.0.0.1, on a running stack. */
export async function startAdmin(
  stack: StackFile,
  { ports, clockOffsetSeconds }: Pick<LocalSettings, "ports" | "clockOffsetSeconds">,
): Promise<LocalAdmin> {
  const tables = tableNames(stack);
  const clients = connect(stack);
  const key = { tenant_id: "*" as const, roles: ["admin" as const] };
  const { api_key } = await createApiKey(dynamoTable(clients.dynamodb, tables), key);
  clients.destroy();
  const wanted = { port: ports.admin, variable: "AUTONOMY_PORT_ADMIN" };
  const server = await onPort(wanted, (port) =>
    serveAdmin({
      port,
      region: stack.region,
      credentials: stack.credentials,
      dynamodb: { endpoint: stack.dynamodb.endpoint, tables },
      events: stack.events,
      clock: systemClock(clockOffsetSeconds * 1_000),
    }),
  );
  return { url: server.url, api_key, close: server.close };
}
