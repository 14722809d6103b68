import {
  type CreatedApiKey,
  createApiKey,
  type ListedApiKey,
  listApiKeys,
  revokeApiKey,
} from "@autonomy-gate/admin/keys/api-keys";
import {
  ApiKeyV1,
  KeyId,
  Limits,
  PrincipalKind,
  Roles,
  TenantBinding,
} from "@autonomy-gate/core/access";
import { dynamoTable } from "@autonomy-gate/core/adapters";
import type { Table } from "@autonomy-gate/core/store";
import { DynamoDBClient, ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
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
  readonly role: readonly string[];
  readonly name?: string;
  readonly kind?: string;
  readonly account?: readonly string[];
  readonly actionType?: readonly string[];
  /** Such as `90d`. */
  readonly expires?: string;
  readonly json?: true;
}

const DAY_MS = 86_400_000;

/** `90d`: how many days a key is good for. */
const Lifetime = z
  .string()
  .regex(/^[1-9][0-9]{0,3}d$/, "must be a number of days from 1d to 9999d")
  .transform((text) => Number.parseInt(text, 10));

/** `pnpm gate key create`: a new API key, shown this once. */
export async function createKeyCommand(options: CreateKeyOptions): Promise<void> {
  if ((options.tenant === undefined) === (options.platform === undefined)) {
    throw new Error("Name whom the key is for: either --tenant TENANT, or --platform for all.");
  }
  const terms = {
    tenant_id: parsed(TenantBinding, options.tenant ?? "*", "--tenant"),
    roles: parsed(Roles, options.role, "--role"),
    name: parsed(ApiKeyV1.shape.name, options.name, "--name"),
    kind: parsed(PrincipalKind.optional(), options.kind, "--kind"),
    account_ids: parsed(Limits.shape.account_ids, options.account, "--account"),
    action_types: parsed(Limits.shape.action_types, options.actionType, "--action-type"),
    expires_at: expiry(parsed(Lifetime.optional(), options.expires, "--expires")),
  };
  const key = await onConfigTable(options, (table) => createApiKey(table, terms));
  if (options.json) say(JSON.stringify(key));
  else sayKey(key);
}

function expiry(days: number | undefined): string | undefined {
  return days === undefined ? undefined : new Date(Date.now() + days * DAY_MS).toISOString();
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
  for (const key of keys) say(keyLine(key));
  complain(`${keys.length} ${keys.length === 1 ? "key" : "keys"}.`);
}

function keyLine(key: ListedApiKey): string {
  const { account_ids, action_types } = key;
  return [
    key.key_id,
    key.roles.join(",").padEnd(8),
    key.kind.padEnd(7),
    key.tenant_id,
    ...(key.name === undefined ? [] : [`"${key.name}"`]),
    ...(account_ids === undefined ? [] : [`accounts ${account_ids.join(",")}`]),
    ...(action_types === undefined ? [] : [`types ${action_types.join(",")}`]),
    `created ${key.created_at}${key.created_by === undefined ? "" : ` by ${key.created_by}`}`,
    `last used ${key.last_used_at ?? "never"}`,
    stateOf(key),
  ].join("  ");
}

function stateOf({ revoked_at, expires_at }: ListedApiKey): string {
  if (revoked_at !== undefined) return `revoked ${revoked_at}`;
  if (expires_at === undefined) return "in use";
  return `${Date.parse(expires_at) <= Date.now() ? "expired" : "expires"} ${expires_at}`;
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

function sayKey({ key_id, api_key, tenant_id, roles }: CreatedApiKey): void {
  const whose = tenant_id === "*" ? "all tenants" : `tenant ${tenant_id}`;
  say(`Key ${key_id}, ${roles.join(", ")} for ${whose}. It is shown this once:`);
  say(api_key);
  complain("A person with a login and a key is two principals.");
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, name: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${name}: ${result.error.issues.map(({ message }) => message).join("; ")}`);
}
