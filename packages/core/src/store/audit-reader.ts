import { coversAccount, coversActionType, type Limits } from "../access/limits.ts";
import { utf8Bytes } from "../intent/json-bounds.ts";
import type { AuditEntry, AuditQuery, AuditReader, Page } from "../read-ports.ts";
import { jsonForm } from "../table/json-form.ts";
import type { Item, Query, Table } from "../table/table.ts";
import { scopePk } from "./config-keys.ts";
import { ACTION_TYPE_BUDGET_PREFIX, AUDIT_PREFIX, CATALOGUE_PREFIX, MODE_PREFIX } from "./keys.ts";

/** Requests one page may cost: DynamoDB reads at most 1 MB in each. */
const REQUESTS_PER_PAGE_MAX = 50;

/**
 * The audit trail. Bounds on time look at `at`, whatever form an entry's id has, so a range costs
 * reading the trail from its end to the last match; a page of the newest entries costs that page.
 */
export function auditReader(table: Pick<Table, "query">): AuditReader {
  return { page: (query) => readPage(table, query) };
}

async function readPage(table: Pick<Table, "query">, query: AuditQuery): Promise<Page<AuditEntry>> {
  const items: AuditEntry[] = [];
  let bytes = 0;
  let start = query.after;
  for (let request = 0; request < REQUESTS_PER_PAGE_MAX; request++) {
    const page = await queryOnce(table, query, start);
    for (const item of page.items) {
      bytes += utf8Bytes(JSON.stringify(item));
      const last = items.at(-1);
      if (last !== undefined && (items.length >= query.limit || bytes > query.bytesMax)) {
        return { items, next: last.id };
      }
      items.push(item);
    }
    start = page.next;
    if (start === undefined) return { items };
  }
  return { items, ...continuation(start) };
}

async function queryOnce(
  table: Pick<Table, "query">,
  query: AuditQuery,
  after: string | undefined,
): Promise<Page<AuditEntry>> {
  const pk = scopePk(query.scope);
  const filter = filterOf(query);
  const { within } = query;
  const page = await table.query({
    table: "ledger",
    partition: pk,
    range: { prefix: AUDIT_PREFIX },
    order: query.order === "oldest-first" ? "ascending" : "descending",
    filter,
    limit: filter === undefined && within === undefined ? query.limit : undefined,
    after: after === undefined ? undefined : { pk, sk: AUDIT_PREFIX + after },
  });
  const last = page.next?.sk;
  return {
    items: page.items
      .map(entryOf)
      .filter((entry) => within === undefined || isWithin(entry, within)),
    ...continuation(last === undefined ? undefined : idOf(last)),
  };
}

function filterOf({ from, to, actor }: AuditQuery): Query["filter"] {
  const bounds = [
    { value: from, condition: "#at >= :from", name: "#at", term: ":from", attribute: "at" },
    { value: to, condition: "#at <= :to", name: "#at", term: ":to", attribute: "at" },
    {
      value: actor,
      condition: "#actor = :actor",
      name: "#actor",
      term: ":actor",
      attribute: "actor",
    },
  ].filter(({ value }) => value !== undefined);
  if (bounds.length === 0) return undefined;
  return {
    condition: bounds.map(({ condition }) => condition).join(" AND "),
    names: Object.fromEntries(bounds.map(({ name, attribute }) => [name, attribute])),
    values: Object.fromEntries(bounds.map(({ term, value }) => [term, value])),
  };
}

/** Nothing an entry may lack hides it. */
function entryOf(item: Item): AuditEntry {
  return {
    id: idOf(item.sk),
    at: textOf(item.at),
    actor: textOf(item.actor),
    action: textOf(item.action),
    ...(item.account_id === undefined ? {} : { account_id: textOf(item.account_id) }),
    ...(item.object === undefined ? {} : { object: textOf(item.object) }),
    before: jsonForm(item.before ?? null),
    after: jsonForm(item.after ?? null),
    request_id: textOf(item.request_id),
  };
}

/** An entry of a whole tenant, or of every action type, is beyond limits that name some of them. */
function isWithin({ account_id, object }: AuditEntry, within: Limits): boolean {
  return coversAccount(within, account_id) && coversActionType(within, actionTypeOf(object));
}

/** Beginnings of the sort keys that end in an action type. */
const TYPE_PREFIXES = [MODE_PREFIX, ACTION_TYPE_BUDGET_PREFIX, CATALOGUE_PREFIX];

function actionTypeOf(object = ""): string | undefined {
  const prefix = TYPE_PREFIXES.find((one) => object.startsWith(one));
  return prefix === undefined ? undefined : object.slice(prefix.length);
}

function idOf(sk: unknown): string {
  return String(sk).slice(AUDIT_PREFIX.length);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function continuation(next: string | undefined): { readonly next?: string } {
  return next === undefined ? {} : { next };
}
