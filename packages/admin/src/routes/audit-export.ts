import type { AuditEntry, AuditQuery, AuditReader, Page } from "@autonomy-gate/core/ports";
import { visibleText } from "@autonomy-gate/core/values";
import { stringify } from "csv-stringify/sync";
import * as z from "zod";
import { withinLimits } from "../http/limits.ts";
import { PageQuery, placeIn, tokenFor } from "../http/page.ts";
import { adminRoute, NO_FIELDS, NOTHING } from "../http/route.ts";
import { GLOBAL_OR_TENANT } from "../http/scope.ts";
import { Moment, timeRange } from "../http/time-range.ts";

/** What is read, and held in memory, at a time. */
const CHUNK_ENTRIES_MAX = 1_000;
const CHUNK_BYTES_MAX = 1024 * 1024;

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
  jsonl: { contentType: "application/jsonl", row: jsonLine, head: "" },
  csv: { contentType: "text/csv; charset=utf-8", row: csvRow, head: csvLine([...COLUMNS]) },
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
  limited: "FILTERED",
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
  handle: async ({ scope, query, credential }, { audit, exportPartMax }) => {
    const range = { scope, ...timeRange(query), ...withinLimits(credential) };
    const { contentType, row, head } = FORMATS[query.format];
    const question = { list: "export", range, format: query.format };
    const place = placeIn(query.next_token, question);
    const source: Source = {
      start: place === undefined ? head : "",
      first: await readChunk(audit, range, place),
      readOn: (after) => readChunk(audit, range, after),
      row,
    };
    const name = `audit-${scope.kind === "TENANT" ? scope.tenant_id : "global"}.${query.format}`;
    const headers = { "Content-Disposition": `attachment; filename="${name}"` };
    if (exportPartMax === undefined) {
      return { kind: "text", contentType, headers, chunks: toEnd(source) };
    }
    const { text, next } = await partOf(source, exportPartMax);
    const more = next === undefined ? {} : { [NEXT_TOKEN_HEADER]: tokenFor(question, next) };
    return { kind: "text", contentType, headers: { ...headers, ...more }, chunks: once(text) };
  },
});

type Range = Pick<AuditQuery, "scope" | "within" | "from" | "to">;

/** An export from some place on. */
interface Source {
  /** What comes before the first row. */
  readonly start: string;
  readonly first: Page<AuditEntry>;
  readonly readOn: (after: string) => Promise<Page<AuditEntry>>;
  readonly row: (entry: AuditEntry) => string;
}

function readChunk(
  audit: AuditReader,
  range: Range,
  after: string | undefined,
): Promise<Page<AuditEntry>> {
  return audit.page({
    ...range,
    order: "oldest-first",
    limit: CHUNK_ENTRIES_MAX,
    bytesMax: CHUNK_BYTES_MAX,
    ...(after === undefined ? {} : { after }),
  });
}

/** Reads on as the rows are taken, so that a slow reader holds one chunk in memory. */
async function* toEnd({ start, first, readOn, row }: Source): AsyncGenerator<string> {
  yield start + first.items.map(row).join("");
  for (let after = first.next; after !== undefined; ) {
    const page = await readOn(after);
    yield page.items.map(row).join("");
    after = page.next;
  }
}

/**
 * As many rows as fit into a part, at least one; `next` tells where the part ended. Where reading
 * found nothing for long, the part ends too: the next request has time of its own.
 */
async function partOf(
  { start, first, readOn, row }: Source,
  bytesMax: number,
): Promise<{ readonly text: string; readonly next?: string }> {
  let text = start;
  let bytes = sentBytes(start);
  let last: string | undefined;
  for (let page = first; ; page = await readOn(page.next)) {
    for (const entry of page.items) {
      const added = row(entry);
      bytes += sentBytes(added);
      if (bytes > bytesMax && last !== undefined) return { text, next: last };
      text += added;
      last = entry.id;
    }
    if (page.next === undefined) return { text };
    if (page.items.length === 0) return { text, next: page.next };
  }
}

/** What a text takes of an answer: Lambda hands it over as a string in JSON. */
function sentBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - '""'.length;
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

function jsonLine(entry: AuditEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function csvRow(entry: AuditEntry): string {
  return csvLine(COLUMNS.map((column) => cellOf(entry[column])));
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return visibleText(typeof value === "string" ? value : JSON.stringify(value));
}

/** Every field quoted; what a spreadsheet would run as a formula begins with an apostrophe. */
function csvLine(cells: readonly string[]): string {
  return stringify([[...cells]], {
    quoted: true,
    quoted_empty: true,
    escape_formulas: true,
    record_delimiter: "windows",
  });
}
