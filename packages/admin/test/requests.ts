import fc from "fast-check";
import * as z from "zod";
import { openApiDocument } from "../src/docs/openapi.ts";
import { arbitraryOf, type Language } from "./arbitrary.ts";

/** Requests made from the OpenAPI document, so that a new route has some without anyone writing them. */

export const DOCUMENT = openApiDocument();

const Operation = z.looseObject({
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        schema: z.unknown(),
      }),
    )
    .default([]),
  requestBody: z
    .object({ content: z.object({ "application/json": z.object({ schema: z.unknown() }) }) })
    .optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ content: z.record(z.string(), z.unknown()).optional() }),
  ),
});
type Operation = z.infer<typeof Operation>;

/** A request in parts, so that a test may spoil one. */
export interface MadeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface DocumentedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

export function documentedOperations(): DocumentedOperation[] {
  return Object.entries(DOCUMENT.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method,
      path,
      operation: Operation.parse(operation),
    })),
  );
}

export function operationAt(method: string, path: string): DocumentedOperation {
  const found = documentedOperations().find((one) => one.method === method && one.path === path);
  if (found === undefined) throw new Error(`${method} ${path} is not documented.`);
  return found;
}

/** Requests that the document calls valid; `optional`: with parts that may be left out. */
export function validRequests(
  { method, path, operation }: DocumentedOperation,
  optional: boolean,
): fc.Arbitrary<MadeRequest> {
  const language: Language = { resolve: resolveRef, optional };
  const partsIn = (place: string) =>
    fc.record(
      Object.fromEntries(
        operation.parameters
          .filter((parameter) => parameter.in === place && (optional || parameter.required))
          .map(({ name, schema }) => [name, arbitraryOf(schema, language).map(String)]),
      ),
      {
        requiredKeys: operation.parameters
          .filter((parameter) => parameter.in === place && parameter.required)
          .map(({ name }) => name),
      },
    );
  const schema = operation.requestBody?.content["application/json"].schema;
  const body = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, language);
  return fc
    .tuple(partsIn("path"), partsIn("query"), partsIn("header"), body)
    .map(([params, query, headers, made]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? "")),
      query,
      // Nothing else travels in a header.
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [
          name,
          text.replaceAll(/[^\x20-\x7e]/g, "?"),
        ]),
      ),
      ...(made === undefined ? {} : { body: made }),
    }));
}

/** The plainest valid request: only what is required. */
export function plainRequest(operation: DocumentedOperation): MadeRequest {
  const [request] = fc.sample(validRequests(operation, false), { numRuns: 1, seed: 7 });
  if (request === undefined) throw new Error("A sample has one value.");
  return request;
}

/** Statuses of a plain request that was served: 409 where there is nothing to set back, for one. */
export const SERVED = [200, 204, 404, 409];

export function urlOf({ path, query }: Pick<MadeRequest, "path" | "query">): string {
  const text = new URLSearchParams(query).toString();
  return text === "" ? path : `${path}?${text}`;
}

function resolveRef(ref: string): unknown {
  return ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>(
      (value, name) => z.record(z.string(), z.unknown()).parse(value)[name],
      DOCUMENT,
    );
}
