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

test("a key is made with several roles, a name, limits and an end, and listed with them", async () => {
  const environment = await profile();
  const table = ["--table", stack.dynamodb.tables.config];
  const roles = ["--role", "operator", "--role", "approver"];
  const limits = ["--account", "emea-*", "--account", "acct_1", "--action-type", "SEND_NOTE"];
  const about = ["--name", "Inbox of Zoë", "--kind", "PERSON", "--expires", "90d"];
  const created = await terminal.run(
    ["key", "create", ...table, "--tenant", "acme", ...roles, ...limits, ...about, "--json"],
    "",
    environment,
  );
  const key = JSON.parse(created.stdout);
  expect(key).toEqual({
    key_id: expect.any(String),
    api_key: expect.any(String),
    tenant_id: "acme",
    role: "operator",
    roles: ["operator", "approver"],
  });

  const asJson = await terminal.run(["key", "list", ...table, "--json"], "", environment);
  const [listed] = JSON.parse(asJson.stdout);
  expect(listed).toMatchObject({
    key_id: key.key_id,
    name: "Inbox of Zoë",
    kind: "PERSON",
    account_ids: ["emea-*", "acct_1"],
    action_types: ["SEND_NOTE"],
    created_by: "terminal",
  });
  const { created_at, expires_at } = listed;
  const days = (Date.parse(expires_at) - Date.parse(created_at)) / 86_400_000;
  expect(days).toBeCloseTo(90, 2);

  const shown = await terminal.run(["key", "list", ...table], "", environment);
  const words = ["operator,approver", "PERSON", '"Inbox of Zoë"', "emea-*,acct_1", "SEND_NOTE"];
  for (const word of [...words, "last used never", `expires ${expires_at}`]) {
    expect(shown.stdout).toContain(word);
  }

  const said = await terminal.run(
    ["key", "create", ...table, "--tenant", "acme", "--role", "viewer"],
    "",
    environment,
  );
  expect(said.stderr).toContain("A person with a login and a key is two principals.");
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
