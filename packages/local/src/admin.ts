import { readFile, writeFile } from "node:fs/promises";
import { keyIdOf } from "@autonomy-gate/admin/keys/api-key";
import { createApiKey, revokeApiKey } from "@autonomy-gate/admin/keys/api-keys";
import { apiKeyStore } from "@autonomy-gate/admin/keys/key-store";
import { verifyApiKey } from "@autonomy-gate/admin/keys/verify";
import { serveAdmin } from "@autonomy-gate/admin/serve";
import { ALL_TENANTS, rolesOf } from "@autonomy-gate/core/access";
import { dynamoTable, systemClock } from "@autonomy-gate/core/adapters";
import type { Table } from "@autonomy-gate/core/store";
import { connect, tableNames } from "./clients.ts";
import { onPort } from "./on-port.ts";
import type { LocalSettings } from "./settings.ts";
import { isServed, type StackFile } from "./stack-file.ts";

/** The admin API on a stack, with a key of its own that may do everything. */
export interface LocalAdmin {
  readonly url: string;
  readonly api_key: string;
  close(): Promise<void>;
}

/** A key is made for the API's time, or kept in a file and found again at the next start. */
export interface AdminSettings extends Pick<LocalSettings, "ports" | "clockOffsetSeconds"> {
  readonly keyFile?: string | undefined;
}

/** Serves the deployed admin API on 127.0.0.1, on a running stack. */
export async function startAdmin(
  stack: StackFile,
  { ports, clockOffsetSeconds, keyFile }: AdminSettings,
): Promise<LocalAdmin> {
  const tables = tableNames(stack);
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
  const clients = connect(stack);
  const table = dynamoTable(clients.dynamodb, tables);
  const api_key = keyFile === undefined ? await newKey(table) : await keptKey(table, keyFile);
  return {
    url: server.url,
    api_key,
    close: async () => {
      await server.close();
      const id = keyIdOf(api_key);
      // Where the stack has ended, nobody can be asked to revoke it.
      const runs = await isServed(stack.dynamodb.endpoint);
      if (keyFile === undefined && id !== undefined && runs) await revokeApiKey(table, id);
      clients.destroy();
    },
  };
}

async function newKey(table: Table): Promise<string> {
  const { api_key } = await createApiKey(table, { tenant_id: ALL_TENANTS, roles: ["admin"] });
  return api_key;
}

/** The key of an earlier start, unless it was revoked since. */
async function keptKey(table: Table, file: string): Promise<string> {
  const former = await readFile(file, "utf8").catch(() => "");
  const stored = await verifyApiKey(former, apiKeyStore(table), Date.now());
  if (stored?.tenant_id === ALL_TENANTS && rolesOf(stored).includes("admin")) return former;
  const key = await newKey(table);
  await writeFile(file, key, { mode: 0o600 });
  return key;
}
