import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { readStackFile, type StackFile } from "../src/stack-file.ts";
import { openWorkbench, type Workbench } from "./process-fixture.ts";

const CreatedKey = z.object({ key_id: z.string(), api_key: z.string() });

/** A stack that stands for AWS, and a terminal elsewhere that has no stack file. */
let aws: Workbench;
let terminal: Workbench;
let stack: StackFile;

beforeEach(async () => {
  [aws, terminal] = await Promise.all([openWorkbench(), openWorkbench()]);
  await aws.start(["stack"]).line("is ready");
  stack = await readStackFile(aws.stackFile);
});

afterEach(async () => {
  await Promise.all([terminal.close(), aws.close()]);
});

test("a key of a named table is made, listed and revoked without a stack file, as the profile says", async () => {
  await aws.start(["admin"]).line("The admin API is at");
  const { admin } = await readStackFile(aws.stackFile);
  const environment = await profile();
  const table = ["--table", stack.dynamodb.tables.config];

  const created = await terminal.run(
    ["key", "create", ...table, "--platform", "--role", "admin", "--json"],
    "",
    environment,
  );
  expect(created.stderr).toBe("");
  const { key_id, api_key } = CreatedKey.parse(JSON.parse(created.stdout));
  const status = async () =>
    (await fetch(`${admin?.url}/kill-switch`, { headers: { "x-api-key": api_key } })).status;
  expect(await status()).toBe(200);

  const listed = await terminal.run(["key", "list", ...table], "", environment);
  expect(listed.stdout).toContain(key_id);
  expect(listed.stdout).not.toContain(api_key);

  const revoked = await terminal.run(["key", "revoke", key_id, ...table], "", environment);
  expect(revoked.stdout).toContain("is revoked");
  expect(await status()).toBe(401);
});

test("a key table that does not exist is named, and no stack is looked for", async () => {
  const { code, stderr } = await terminal.run(
    ["key", "list", "--table", "nothing"],
    "",
    await profile(),
  );

  expect(stderr).toContain("has no table nothing");
  expect(code).toBe(1);
});

/** Region and credentials as files of AWS's tools have them; only the endpoint is the environment's. */
async function profile(): Promise<Record<string, string>> {
  const folder = join(terminal.stackFile, "..");
  const { accessKeyId, secretAccessKey } = stack.credentials;
  await writeFile(join(folder, "config"), `[profile gate]\nregion = ${stack.region}\n`);
  await writeFile(
    join(folder, "credentials"),
    `[gate]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  return {
    AWS_CONFIG_FILE: join(folder, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials"),
    AWS_PROFILE: "gate",
    AWS_ENDPOINT_URL_DYNAMODB: stack.dynamodb.endpoint,
  };
}
