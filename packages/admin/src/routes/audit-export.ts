import type { AuditEntry, AuditQuery, AuditReader, Page } from "@autonomy-gate/core/read-ports";
import { stringify } from "csv-stringify/sync";
import * as z from "zod";
import { PageQuery, placeIn, tokenFor } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { GLOBAL_OR_TENANT } from "../http/scope.ts";
import { Moment, timeRange } from "../http/time-range.ts";

/** What is read, and held in memory, at a time. */
const CHUNK_ENTRIES_MAX = 1_000;
const CHUNK_SIZE_MAX = 1024 * 1024;

const COLUMNS = [
  "id",
  "at",
  "actor",
  "action",
  "account_id",
  "object",
  "before",
  "after",
  "request_id",
] as const;

const FORMATS = {
  jsonl: { contentType: "application/jsonl", rows: toJsonLines, head: "" },
  csv: { contentType: "text/csv; charset=utf-8", rows: toCsv, head: csvRows([[...COLUMNS]]) },
} as const;

/** Names the token of the part that follows; without it the export is complete. */
export const NEXT_TOKEN_HEADER = "X-Next-Token";

export const exportAudit = adminRoute({
  method: "get",
  path: "/audit/export",
  summary: "The audit trail of a range, oldest first, to its end",
  description: `JSON Lines, or CSV with every field quoted and none taken for a formula. Served by a server the whole range comes in one stream, which breaks off visibly if reading fails; behind an API gateway, which bounds an answer's size, it comes in parts: while ${NEXT_TOKEN_HEADER} is set, ask again with it as next_token.`,
  role: "viewer",
  reach: GLOBAL_OR_TENANT,
  params: NO_FIELDS,
  query: z.strictObject({
    from: Moment,
    to: Moment,
    format: z.enum(["jsonl", "csv"]),
    next_token: PageQuery.next_token,
  }),
  body: NOTHING,
  success: NOTHING,
  texts: ["application/jsonl", "text/csv"],
  handle: async ({ scope, query }, { audit, exportPartMax }) => {
    const range = { scope, ...timeRange(query) };
    const { contentType, rows, head } = FORMATS[query.format];
    const question = { list: "export", range, format: query.format };
    const place = placeIn(query.next_token, question);
    const first = await readChunk(audit, range, place);
    const start = place === undefined ? head : "";
    const name = `audit-${scope.kind === "TENANT" ? scope.tenant_id : "global"}.${query.format}`;
    const headers = { "Content-Disposition": `attachment; filename="${name}"` };
    if (exportPartMax === undefined) {
      const chunks = toEnd(start, first, rows, (after) => readChunk(audit, range, after));
      return { kind: "text", contentType, headers, chunks };
    }
    const part = await gather(first, exportPartMax, (after) => readChunk(audit, range, after));
    const next =
      part.next === undefined ? {} : { [NEXT_TOKEN_HEADER]: tokenFor(question, part.next) };
    const chunks = once(start + rows(part.items));
    return { kind: "text", contentType, headers: { ...headers, ...next }, chunks };
  },
});

type Range = Pick<AuditQuery, "scope" | "from" | "to">;
type ReadOn = (after: string) => Promise<Page<AuditEntry>>;

function readChunk(
  audit: AuditReader,
  range: Range,
  after: string | undefined,
): Promise<Page<AuditEntry>> {
  return audit.page({
    ...range,
    order: "oldest-first",
    limit: CHUNK_ENTRIES_MAX,
    bytesMax: CHUNK_SIZE_MAX,
    ...(after === undefined ? {} : { after }),
  });
}

/** Reads on as the rows are taken, so that a slow reader holds one chunk in memory. */
async function* toEnd(
  start: string,
  first: Page<AuditEntry>,
  rows: (entries: readonly AuditEntry[]) => string,
  readOn: ReadOn,
): AsyncGenerator<string> {
  yield start + rows(first.items);
  for (let after = first.next; after !== undefined; ) {
    const page = await readOn(after);
    yield rows(page.items);
    after = page.next;
  }
}

/** Entries up to about a size; `next` tells where the part ended. */
async function gather(
  first: Page<AuditEntry>,
  sizeMax: number,
  readOn: ReadOn,
): Promise<Page<AuditEntry>> {
  const items = [...first.items];
  let size = JSON.stringify(first.items).length;
  let next = first.next;
  while (next !== undefined && size < sizeMax) {
    const page = await readOn(next);
    items.push(...page.items);
    size += JSON.stringify(page.items).length;
    next = page.next;
  }
  return { items, ...(next === undefined ? {} : { next }) };
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

function toJsonLines(entries: readonly AuditEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

function toCsv(entries: readonly AuditEntry[]): string {
  return csvRows(entries.map((entry) => COLUMNS.map((column) => cellOf(entry[column]))));
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Every field quoted; what a spreadsheet would run as a formula begins with an apostrophe. */
function csvRows(rows: readonly string[][]): string {
  return stringify([...rows], {
    quoted: true,
    quoted_empty: true,
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
