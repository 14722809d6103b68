import { PermanentError } from "@autonomy-gate/core/errors";
import type { Item, Table } from "@autonomy-gate/core/table/table";
import { API_KEY_PARTITION } from "@autonomy-gate/core/topology";
import type { Role, TenantBinding } from "../auth/credential.ts";
import { digestOf, type KeyId, newApiKey, StoredApiKey } from "./api-key.ts";

/** For the command line: keys are made and revoked by whoever may write the config table. */

/** A key just made; `api_key` is shown this once and stored nowhere. */
export interface CreatedApiKey {
  readonly key_id: KeyId;
  readonly api_key: string;
  readonly tenant_id: TenantBinding;
  readonly role: Role;
}

/** A key without what could be used of it. */
export type ListedApiKey = Omit<StoredApiKey, "sha256">;

/** Makes a key for one tenant, or with `*` for all. Any number may live at once, for rotation. */
export async function createApiKey(
  table: Pick<Table, "put">,
  { tenant_id, role }: { readonly tenant_id: TenantBinding; readonly role: Role },
): Promise<CreatedApiKey> {
  const { key_id, api_key } = newApiKey();
  const stored: StoredApiKey = {
    key_id,
    sha256: digestOf(api_key),
    tenant_id,
    role,
    created_at: new Date().toISOString(),
  };
  const reply = await table.put({
    kind: "put",
    table: "config",
    item: { pk: API_KEY_PARTITION, sk: key_id, ...stored },
    condition: "attribute_not_exists(pk)",
  });
  if (reply.status !== "done") throw new PermanentError(`There is a key ${key_id} already.`);
  return { key_id, api_key, tenant_id, role };
}

/** Every key, revoked ones too, to the last page, in the order of their creation. */
export async function listApiKeys(table: Pick<Table, "query">): Promise<ListedApiKey[]> {
  const found: ListedApiKey[] = [];
  let after: Item | undefined;
  do {
    const page = await table.query({
      table: "config",
      partition: API_KEY_PARTITION,
      order: "ascending",
      after,
    });
    for (const item of page.items) {
      const { sha256, ...listed } = StoredApiKey.parse(item);
      found.push(listed);
    }
    after = page.next;
  } while (after !== undefined);
  return found.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
}

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
