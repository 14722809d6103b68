import { Role, TenantBinding } from "@autonomy-gate/admin/auth/credential";
import { KeyId } from "@autonomy-gate/admin/keys/api-key";
import {
  type CreatedApiKey,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from "@autonomy-gate/admin/keys/api-keys";
import { dynamoTable } from "@autonomy-gate/core/adapters/dynamodb/dynamo-table";
import type { Table } from "@autonomy-gate/core/table/table";
import { DynamoDBClient, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import type * as z from "zod";
import { connect, LOCAL_REQUESTS, tableNames } from "../clients.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { complain, say } from "./output.ts";

/** Where the keys are. */
export interface KeyTableOptions {
  /** Config table of a deployment; absent: that of the running stack. */
  readonly table?: string;
}

type TableWork<T> = (table: Table) => Promise<T>;

export interface CreateKeyOptions extends KeyTableOptions {
  readonly tenant?: string;
  readonly platform?: true;
  readonly role: string;
  readonly json?: true;
}

/** `pnpm gate key create`: a new API key, shown this once. */
export async function createKeyCommand(options: CreateKeyOptions): Promise<void> {
  if ((options.tenant === undefined) === (options.platform === undefined)) {
    throw new Error("Name whom the key is for: either --tenant TENANT, or --platform for all.");
  }
  const tenant_id = parsed(TenantBinding, options.tenant ?? "*", "--tenant");
  const role = parsed(Role, options.role, "--role");
  const key = await onConfigTable(options, (table) => createApiKey(table, { tenant_id, role }));
  if (options.json) say(JSON.stringify(key));
  else sayKey(key);
}

/** `pnpm gate key list`: every key, without what could be used of it. */
export async function listKeysCommand(
  options: KeyTableOptions & { readonly json?: true },
): Promise<void> {
  const keys = await onConfigTable(options, listApiKeys);
  if (options.json) {
    say(JSON.stringify(keys));
    return;
  }
  for (const { key_id, tenant_id, role, created_at, revoked_at } of keys) {
    const state = revoked_at === undefined ? "in use" : `revoked ${revoked_at}`;
    say(`${key_id}  ${role.padEnd(8)}  ${tenant_id}  created ${created_at}  ${state}`);
  }
  complain(`${keys.length} ${keys.length === 1 ? "key" : "keys"}.`);
}

/** `pnpm gate key revoke ID`: refuses the key from now on. */
export async function revokeKeyCommand(id: string, options: KeyTableOptions): Promise<void> {
  const keyId = parsed(KeyId, id, "The key's id");
  const found = await onConfigTable(options, (table) => revokeApiKey(table, keyId));
  if (!found) throw new Error(`There is no key ${keyId}. See: pnpm gate key list`);
  say(`Key ${keyId} is revoked.`);
}

/** Credentials, region and endpoint are found as by any AWS tool, by the SDK's own chain. */
async function onTableOfAws<T>(table: string, work: TableWork<T>): Promise<T> {
  const client = new DynamoDBClient(LOCAL_REQUESTS);
  try {
    return await work(dynamoTable(client, { config: table }));
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ResourceNotFoundException)) throw error;
    throw new Error(`This account has no table ${table} in this region.`, { cause });
  } finally {
    client.destroy();
  }
}

async function onConfigTable<T>({ table }: KeyTableOptions, work: TableWork<T>): Promise<T> {
  if (table !== undefined) return onTableOfAws(table, work);
  const stack = await readRunningStack(readSettings(process.env).stackFile);
  const clients = connect(stack);
  try {
    return await work(dynamoTable(clients.dynamodb, tableNames(stack)));
  } finally {
    clients.destroy();
  }
}

function sayKey({ key_id, api_key, tenant_id, role }: CreatedApiKey): void {
  const whose = tenant_id === "*" ? "all tenants" : `tenant ${tenant_id}`;
  say(`Key ${key_id}, ${role} for ${whose}. It is shown this once:`);
  say(api_key);
}

function parsed<S extends z.ZodType>(schema: S, value: string, name: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${name}: ${result.error.issues.map(({ message }) => message).join("; ")}`);
}
