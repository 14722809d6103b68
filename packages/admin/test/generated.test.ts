import { Ajv2020 } from "ajv/dist/2020.js";
import addFormatsModule from "ajv-formats";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, type Received, type TestAdmin } from "./open-admin.ts";
import {
  DOCUMENT,
  type DocumentedOperation,
  documentedOperations,
  type MadeRequest,
  urlOf,
  validRequests,
} from "./requests.ts";

/** Requests an operation gets, half of them spoilt. ADMIN_GENERATED_REQUESTS asks for more. */
const REQUESTS = Number(process.env.ADMIN_GENERATED_REQUESTS ?? 250);

/** Tenants and accounts are few, so that requests meet each other's objects. */
const TENANTS = ["acme", "mallory"];
const PARALLEL = 50;

const ajv = new Ajv2020({ strict: false, validateFormats: false });
addFormatsModule.default(ajv);
ajv.addSchema(DOCUMENT, "openapi");

describe(`${REQUESTS} generated requests an operation`, () => {
  let admin: TestAdmin;
  const keys: string[] = [];

  beforeAll(async () => {
    admin = await openAdmin();
    for (const tenant of [...TENANTS, "*", "*", "*"])
      keys.push(await admin.newKey(tenant, "admin"));
  });
  afterAll(() => admin.close());

  for (const operation of documentedOperations()) {
    const name = `${operation.method.toUpperCase()} ${operation.path}`;
    it(`${name} never fails, and answers in the documented shapes only`, async () => {
      const made = fc.sample(requests(operation), {
        numRuns: countFor(operation),
        seed: 20_261_122,
      });
      const statuses = new Map<number, number>();
      for (let start = 0; start < made.length; start += PARALLEL) {
        const some = made.slice(start, start + PARALLEL);
        await Promise.all(
          some.map(async (request, index) => {
            const key = keys[(start + index) % keys.length];
            const reply = await admin.send(request.method, urlOf(request), {
              key,
              headers: request.headers,
              ...(request.body === undefined ? {} : { body: request.body }),
            });
            statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
            expect(problemOf(operation, reply), JSON.stringify(request).slice(0, 2_000)).toBe("");
          }),
        );
      }
      expect(admin.failures).toEqual([]);
      // A generator whose requests are all refused would prove nothing.
      const served = [200, 204, 404, 409, 412].map((status) => statuses.get(status) ?? 0);
      const done = served.reduce((sum, count) => sum + count, 0);
      expect(done, JSON.stringify([...statuses])).toBeGreaterThan(made.length / 20);
    });
  }
});

/** What takes no input is asked a few times only. */
function countFor({ operation }: DocumentedOperation): number {
  return operation.parameters.length === 0 ? Math.min(REQUESTS, 20) : REQUESTS;
}

/** What is wrong with an answer; empty when it is as documented. */
function problemOf({ method, path, operation }: DocumentedOperation, reply: Received): string {
  if (reply.status >= 500) return `${reply.status} ${reply.text.slice(0, 300)}`;
  const response = operation.responses[String(reply.status)];
  if (response === undefined) return `${reply.status} is not documented`;
  if (response.content === undefined)
    return reply.text === "" ? "" : "a body where none is documented";
  const [type = ""] = (reply.headers.get("content-type") ?? "").split(";");
  if (!(type in response.content)) return `content type ${type} is not documented`;
  if (type !== "application/json") return "";
  const pointer = [
    "paths",
    path,
    method,
    "responses",
    String(reply.status),
    "content",
    type,
    "schema",
  ]
    .map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1"))
    .join("/");
  const validate = ajv.getSchema(`openapi#/${encodeURI(pointer)}`);
  if (validate === undefined) return `no schema at ${pointer}`;
  return validate(reply.json)
    ? ""
    : `${ajv.errorsText(validate.errors)} in ${reply.text.slice(0, 500)}`;
}

function requests(operation: DocumentedOperation): fc.Arbitrary<MadeRequest> {
  const valid = fc
    .tuple(
      fc.oneof(validRequests(operation, true), validRequests(operation, false)),
      fc.constantFrom(...TENANTS),
      fc.constantFrom("a1", "a2"),
      fc.boolean(),
    )
    .map(([request, tenant, account, named]) =>
      named ? ofOurs(request, operation, tenant, account) : request,
    );
  return fc.oneof(valid, valid.chain(spoilt));
}

/** Names a tenant and account of ours wherever the request names one, and drops If-Match. */
function ofOurs(
  request: MadeRequest,
  { operation }: DocumentedOperation,
  tenant: string,
  account: string,
): MadeRequest {
  const ids: Record<string, string> = { tenant_id: tenant, account_id: account };
  const known = operation.parameters.filter(({ name }) => name in ids).map(({ name }) => name);
  const named = Object.fromEntries(known.map((name) => [name, ids[name] ?? ""]));
  const { next_token, ...query } = request.query;
  return {
    ...request,
    query: { ...query, ...named },
    headers: {},
    ...(request.body === undefined ? {} : { body: withIds(request.body, ids) }),
  };
}

function withIds(body: unknown, ids: Record<string, string>): unknown {
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      ids[name] ?? (name === "intent" ? { ...value, ...ids } : value),
    ]),
  );
}

const JUNK = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    "__proto__",
    -1,
    1e308,
    "x".repeat(10_240),
    "a#b",
    "\ud800",
    [],
    {},
    null,
  ),
);

/** One part of a request made wrong. */
function spoilt(request: MadeRequest): fc.Arbitrary<MadeRequest> {
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a#ACCOUNT#b", "x".repeat(10_240), "", "%"),
  );
  const header = fc.string().map((text) => text.replaceAll(/[^\x20-\x7e]/g, "?"));
  const inQuery = fc
    .tuple(fc.constantFrom(...Object.keys(request.query), "pk", "limit", "tenant_id"), word)
    .map(([name, value]) => ({ ...request, query: { ...request.query, [name]: value } }));
  const inHeader = fc
    .tuple(fc.constantFrom("X-Tenant-Id", "If-Match", "Content-Type"), header)
    .map(([name, value]) => ({ ...request, headers: { ...request.headers, [name]: value } }));
  if (request.body === undefined) return fc.oneof(inQuery, inHeader);
  return fc.oneof(inQuery, inHeader, spoiltBody(request));
}

function spoiltBody(request: MadeRequest): fc.Arbitrary<MadeRequest> {
  const fields = Object.entries(request.body ?? {});
  const names = fields.map(([name]) => name);
  const extra = fc.constantFrom("pk", "sk", "updated_by", "constructor", "etag");
  const replaced = fc
    .tuple(fc.constantFrom(...names, "pk"), JUNK)
    .map(([name, value]) => Object.fromEntries([...fields, [name, value]]));
  const added = fc
    .tuple(extra, JUNK)
    .map(([name, value]) => Object.fromEntries([...fields, [name, value]]));
  const dropped = fc
    .constantFrom(...names, "none")
    .map((name) => Object.fromEntries(fields.filter(([field]) => field !== name)));
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("{", "[".repeat(50_000), '{"__proto__":{}}', "null", ""),
  );
  return fc.oneof(replaced, added, dropped, JUNK, text).map((body) => ({ ...request, body }));
}
