import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod";

const ROOT = join(import.meta.dirname, "../../..");
const DOCUMENT = join(ROOT, "contracts/openapi.json");

const run = promisify(execFile);

const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z
    .array(
      z.looseObject({ name: z.string(), required: z.boolean().optional(), schema: z.unknown() }),
    )
    .default([]),
  responses: z.record(z.string(), z.unknown()),
});

const Document = z.looseObject({
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

const document = Document.parse(JSON.parse(await readFile(DOCUMENT, "utf8")));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.values(methods).map((operation) => ({ path, ...operation })),
);

let folder: string;

beforeEach(async () => {
  // Inside the package, so that what is generated finds the packages it imports.
  const parent = join(import.meta.dirname, "../node_modules/.generated");
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, "client-"));
});

afterEach(async () => rm(folder, { recursive: true }));

test("OUT-18: Redocly's recommended rules find neither an error nor a warning", async () => {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      join(import.meta.dirname, "../node_modules/@redocly/cli/bin/cli.js"),
      ...["lint", DOCUMENT, "--extends", "recommended", "--format", "json"],
    ],
    {
      cwd: folder,
      env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    },
  ).catch((error: unknown) => z.object({ stdout: z.string(), stderr: z.string() }).parse(error));
  const { problems } = z.object({ problems: z.array(z.unknown()) }).parse(JSON.parse(stdout));
  expect(problems, stderr).toEqual([]);
}, 60_000);

test("OUT-18: every operation has an id of its own, and requests go where the document is served", () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const [server] = document.servers;
  const at = (url: string) => new URL(server?.url ?? "", url).href;
  expect(at("https://gate.example.com/openapi.json")).toBe("https://gate.example.com/");
  expect(at("https://example.com/autonomy/openapi.json")).toBe("https://example.com/autonomy/");
});

test("OUT-18: a limit is a whole number with its bounds, wherever there is one", () => {
  const limits = operations.flatMap(({ parameters }) =>
    parameters.filter(({ name }) => name === "limit"),
  );
  expect(limits.length).toBeGreaterThanOrEqual(3);
  for (const { schema } of limits) {
    expect(schema).toMatchObject({ type: "integer", minimum: 1, maximum: 100 });
  }
});

test.each(["/config/effective", "/budget/state", "/decisions/{action_intent_id}"])(
  "OUT-18: what is about one account requires it: %s",
  (path) => {
    const [operation] = operations.filter((one) => one.path === path);
    expect(operation?.parameters.find(({ name }) => name === "account_id")?.required).toBe(true);
  },
);

test("OUT-18: a 500 has exactly its body, without a code", () => {
  const { UnforeseenError } = document.components.schemas;
  expect(UnforeseenError).toMatchObject({
    properties: { error: { enum: ["Internal server error"] } },
    required: ["error"],
    additionalProperties: false,
  });
  const withBody = operations.filter(({ responses }) => responses["500"] !== undefined);
  expect(withBody).toHaveLength(operations.length - 3);
  for (const { responses } of withBody) {
    expect(JSON.stringify(responses["500"])).toContain("#/components/schemas/UnforeseenError");
  }
});

test("OUT-18: no object of the API is null by itself", () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    expect(schema.type, name).toBe("object");
  }
});

test("OUT-18: a time zone is a name, not an offset", () => {
  const text = JSON.stringify(document.paths["/budget"]?.put);
  const { pattern } = z
    .object({ pattern: z.string() })
    .parse(JSON.parse(/"timezone":(\{.*?\})/.exec(text)?.[1] ?? "{}"));
  for (const zone of Intl.supportedValuesOf("timeZone")) expect(zone).toMatch(new RegExp(pattern));
  for (const other of ["+01:00", "Z+1:00", "Europe/", "Europe Berlin", ""]) {
    expect(other).not.toMatch(new RegExp(pattern));
  }
});

/** What a person writes who uses the API through a generated client. */
const PROGRAM = `
import createClient from "openapi-fetch";
import type { paths } from "./api.ts";

const client = createClient<paths>({ baseUrl: "https://gate.example.com" });

export async function work() {
  const { data } = await client.GET("/config", { params: { query: { limit: 2 } } });
  for (const { mode } of data?.configs ?? []) mode satisfies "AUTO_EXECUTE" | "APPROVAL_REQUIRED" | "PROPOSE_ONLY" | "DISABLED";
  // @ts-expect-error A limit is a number.
  await client.GET("/config", { params: { query: { limit: "2" } } });
  // @ts-expect-error What is about an account needs it.
  await client.GET("/config/effective", { params: { query: {} } });
  await client.GET("/config/effective", { params: { query: { account_id: "acct_42" } } });
  const stopped = await client.PUT("/kill-switch", {
    body: { engaged: true, effect: "BLOCK", reason: "drill" },
  });
  return stopped.data?.kill_switch?.engaged;
}
`;

test("OUT-18: a generated client compiles, and knows a number from a text", async () => {
  await writeFile(
    join(folder, "api.ts"),
    astToString(await openapiTS(new URL(`file://${DOCUMENT}`))),
  );
  await writeFile(join(folder, "program.ts"), PROGRAM);
  const compiled = run(
    join(ROOT, "node_modules/.bin/tsc"),
    [
      ...["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--module", "nodenext"],
      ...["--target", "es2024", "--allowImportingTsExtensions", "program.ts"],
    ],
    { cwd: folder },
  );
  await expect(compiled).resolves.toMatchObject({ stdout: "" });
}, 120_000);
