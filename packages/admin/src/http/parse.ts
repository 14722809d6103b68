import { type ExactJson, FLAW_MESSAGES, parseExactJson } from "@autonomy-gate/core/intent";
import type * as z from "zod";
import { HttpError, invalid } from "./errors.ts";

/** Reaches into an object's prototype instead of its fields, and never means anything else. */
const FORBIDDEN_KEY = "__proto__";

/** Reads a value through its schema; throws a 400 that names the paths at fault. */
export function parse<S extends z.ZodType>(schema: S, value: unknown, root: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    parsed.error.issues.flatMap((issue) => {
      const path = [root, ...issue.path].join(".");
      if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
      return issue.keys.map((key) => ({ path: `${path}.${key}`, message: "is not a known field" }));
    }),
  );
}

/** Query parameters as an object. Each may be given once: nobody can say which of two counts. */
export function queryObject(query: URLSearchParams): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    if (values.has(name)) throw invalid([{ path: `query.${name}`, message: "must be given once" }]);
    if (name === FORBIDDEN_KEY) {
      throw invalid([{ path: `query.${name}`, message: "is not a known field" }]);
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

/** Refuses a body that says it is something else than JSON in UTF-8, or compressed. */
export function requireJson(headers: Headers): void {
  const [type = "", ...parameters] = (headers.get("Content-Type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type.trim() !== "application/json" || !isUtf8) {
    throw new HttpError("UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.");
  }
  const encoding = headers.get("Content-Encoding") ?? "identity";
  if (encoding.trim().toLowerCase() === "identity") return;
  throw new HttpError("UNSUPPORTED_MEDIA_TYPE", "The body must be sent without Content-Encoding.");
}

/** Parses a body as the gate parses an event; throws a 400 for what is not JSON, or ambiguous. */
export function parseJson(text: string): unknown {
  const { value, flaws } = exactJson(text);
  if (flaws.length === 0) return value;
  throw invalid(
    flaws.map(({ kind, path }) => ({
      path: ["body", ...path].join("."),
      message: FLAW_MESSAGES[kind],
    })),
  );
}

function exactJson(text: string): ExactJson {
  try {
    return parseExactJson(text);
  } catch {
    // What the parser says quotes the text, which may hold anything.
    throw invalid([{ path: "body", message: "must be JSON" }]);
  }
}

/** Bytes as text; throws a 400 for what is not UTF-8: nothing stands in for what cannot be read. */
export function utf8Text(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid([{ path: "body", message: "must be UTF-8" }]);
  }
}

/** Throws a 400 for a field, however deep, that every schema would pass over in silence. */
export function refuseForbiddenKeys(body: unknown): void {
  if (!hasForbiddenKey(body)) return;
  throw invalid([{ path: `body.${FORBIDDEN_KEY}`, message: "is not a known field" }]);
}

/** Needs no recursion, so no nesting can exhaust the stack. */
function hasForbiddenKey(body: unknown): boolean {
  const pending = [body];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, FORBIDDEN_KEY)) return true;
    for (const child of Object.values(value)) pending.push(child);
  }
  return false;
}
