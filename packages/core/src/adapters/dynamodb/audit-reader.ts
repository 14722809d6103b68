import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { utf8Bytes } from "../../intent/json-bounds.ts";
import type { AuditEntry, AuditQuery, AuditReader, Page } from "../../read-ports.ts";
import { scopePk } from "./config-keys.ts";
import type { Item } from "./items.ts";
import { AUDIT_PREFIX } from "./keys.ts";
import { read } from "./read.ts";

/** Requests one page may cost: DynamoDB reads at most 1 MB in each. */
const REQUESTS_PER_PAGE_MAX = 50;

/**
 * The audit trail. Bounds on time look at `at`, whatever form an entry's id has, so a range costs
 * reading the trail from its end to the last match; a page of the newest entries costs that page.
 */
export function dynamoAuditReader(client: DynamoDBDocumentClient, table: string): AuditReader {
  return { page: (query) => readPage(client, table, query) };
}

async function readPage(
  client: DynamoDBDocumentClient,
  table: string,
  query: AuditQuery,
): Promise<Page<AuditEntry>> {
  const items: AuditEntry[] = [];
  let bytes = 0;
  let start = query.after;
  for (let request = 0; request < REQUESTS_PER_PAGE_MAX; request++) {
    const page = await queryOnce(client, table, query, start);
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
  client: DynamoDBDocumentClient,
  table: string,
  query: AuditQuery,
  after: string | undefined,
): Promise<Page<AuditEntry>> {
  const pk = scopePk(query.scope);
  const filter = filterOf(query);
  const filtered = filter.conditions.length > 0;
  const page = await read("Query", () =>
    client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: query.order === "oldest-first",
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": pk, ":prefix": AUDIT_PREFIX, ...filter.values },
        ...(filtered
          ? {
              FilterExpression: filter.conditions.join(" AND "),
              ExpressionAttributeNames: filter.names,
            }
          : { Limit: query.limit }),
        ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: AUDIT_PREFIX + after } }),
      }),
    ),
  );
  const last = page.LastEvaluatedKey?.sk;
  return {
    items: (page.Items ?? []).map(entryOf),
    ...continuation(last === undefined ? undefined : idOf(last)),
  };
}

/** Nothing to filter by: no conditions, and no names, which DynamoDB refuses when unused. */
function filterOf({ from, to, actor }: AuditQuery) {
  const conditions: string[] = [];
  const names: Record<string, string> = {};
  const values: Record<string, string> = {};
  const bound = (attribute: string, operator: string, name: string, value?: string) => {
    if (value === undefined) return;
    conditions.push(`#${attribute} ${operator} :${name}`);
    names[`#${attribute}`] = attribute;
    values[`:${name}`] = value;
  };
  bound("at", ">=", "from", from);
  bound("at", "<=", "to", to);
  bound("actor", "=", "actor", actor);
  return { conditions, names, values };
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
    before: item.before ?? null,
    after: item.after ?? null,
    request_id: textOf(item.request_id),
  };
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
