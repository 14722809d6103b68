import {
  ApiKeyV1,
  type KeyId,
  type Role,
  type Roles,
  rolesOf,
  type TenantBinding,
} from "@autonomy-gate/core/access";
import type { Item, Query, Table } from "@autonomy-gate/core/store";
import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import { PermanentError } from "@autonomy-gate/core/values";
import { type KeyTerms, makeKey } from "./api-key.ts";

/** For the command line: keys are made and revoked by whoever may write the config table. */

/** As `created_by` names those who make keys without a credential of the gate. */
const TERMINAL = "terminal";

/** A key just made; `api_key` is shown this once and stored nowhere. */
export interface CreatedApiKey {
  readonly key_id: KeyId;
  readonly api_key: string;
  readonly tenant_id: TenantBinding;
  /** The first of the roles asked for. */
  readonly role: Role;
  readonly roles: readonly Role[];
}

/** A key without what could be used of it. */
export interface ListedApiKey extends Omit<ApiKeyV1, "sha256" | "role" | "roles"> {
  readonly roles: readonly Role[];
}

export function listedKey(key: ApiKeyV1): ListedApiKey {
  const { sha256, role, roles, ...listed } = key;
  return { ...listed, roles: rolesOf(key) };
}

/** Makes a key for one tenant, or with `*` for all, and stores it. */
export async function createApiKey(
  table: Pick<Table, "put">,
  terms: KeyTerms,
  nowMs = Date.now(),
): Promise<CreatedApiKey> {
  const created_at = new Date(nowMs).toISOString();
  const { api_key, stored } = makeKey(terms, { created_by: TERMINAL, created_at });
  const { key_id } = stored;
  const reply = await table.put({
    kind: "put",
    table: "config",
    item: { pk: API_KEY_PARTITION, sk: key_id, ...stored },
    condition: "attribute_not_exists(pk)",
  });
  if (reply.status !== "done") throw new PermanentError(`There is a key ${key_id} already.`);
  const { tenant_id, roles } = terms;
  return { key_id, api_key, tenant_id, role: firstRole(roles), roles };
}

export function firstRole([first]: Roles): Role {
  if (first === undefined) throw new TypeError("A set of roles has one at least.");
  return first;
}

/** Every key, revoked ones too, to the last page, in the order of their creation. */
export async function listApiKeys(table: Pick<Table, "query">): Promise<ListedApiKey[]> {
  const found: ListedApiKey[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query({ ...EVERY_KEY, after });
    found.push(...page.items.map((item) => listedKey(ApiKeyV1.parse(item))));
    after = page.next;
  } while (after !== undefined);
  return found.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
}

/** The partition of the keys, in the order of their ids. */
export const EVERY_KEY = {
  table: "config",
  partition: API_KEY_PARTITION,
  order: "ascending",
} as const satisfies Query;

/** Refuses a key from now on. False: there is no such key. Revoking twice changes nothing more. */
export async function revokeApiKey(table: Pick<Table, "update">, keyId: KeyId): Promise<boolean> {
  const reply = await table.update({
    kind: "update",
    table: "config",
    pk: API_KEY_PARTITION,
    sk: keyId,
    update: "SET revoked_at = if_not_exists(revoked_at, :now)",
    condition: "attribute_exists(pk)",
    values: { ":now": new Date().toISOString() },
  });
  return reply.status === "done";
}
