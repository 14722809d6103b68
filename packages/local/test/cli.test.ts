import { access, readdir, readFile, watch } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Reason } from "@autonomy-gate/core/policy";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { connect } from "../src/clients.ts";
import { intentIdOf } from "../src/examples.ts";
import { readIntents } from "../src/intents-file.ts";
import { readStackFile } from "../src/stack-file.ts";
import { openWorkbench, type Workbench } from "./process-fixture.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples/intents");

/** The reason that the outcome of an example file's last intent carries, where its name is not it. */
const REASON_OF_FILE: Readonly<Record<string, string>> = {
  "auto-execute": "POLICY_ALLOWED",
  "kill-switch-approval": "KILL_SWITCH",
  "kill-switch-block": "KILL_SWITCH",
  "budget-exhausted-day": "BUDGET_EXHAUSTED",
  "budget-exhausted-action-type": "BUDGET_EXHAUSTED",
};

const CreatedKey = z.object({ key_id: z.string(), api_key: z.string() });

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(async () => {
  await bench.close();
});

describe("pnpm start --once", () => {
  test("gives every example the outcome its file is named after, covers every reason, and ends clean", async () => {
    const expected = await expectedReasons();

    const { code, stdout, stderr } = await bench.run(["start", "--once"]);

    expect(stderr).toBe("");
    const printed = stdout.matchAll(
      / (ai_\w+)\n {2}(?:AUTO_EXECUTE|REQUIRE_APPROVAL|BLOCK) because (\w+)/g,
    );
    expect(new Map([...printed].map(([, id, reason]) => [id, reason]))).toEqual(expected);
    expect(new Set(expected.values())).toEqual(new Set(Reason.options));
    expect(code).toBe(0);
    await expect(access(bench.stackFile)).rejects.toThrow("ENOENT");
  });
});

describe("pnpm start", () => {
  test("writes the stack file when the examples' configuration is there", async () => {
    const changes = watch(dirname(bench.stackFile));
    bench.start(["start"]);
    for await (const { filename } of changes) if (filename === basename(bench.stackFile)) break;

    const stack = await readStackFile(bench.stackFile);
    const clients = connect(stack);
    const { Items } = await clients.documents.send(
      new ScanCommand({ TableName: stack.dynamodb.tables.config }),
    );
    clients.destroy();

    expect(Items).toEqual(expect.arrayContaining(await exampleConfiguration()));
  });

  test("serves until Ctrl-C, and then removes the stack file", async () => {
    const start = bench.start(["start"]);
    await start.line("Ctrl-C ends it.");

    const sent = await bench.run(["send", "-"], intentText("after_the_examples"));

    expect(sent.code).toBe(0);
    expect(await start.stop()).toBe(0);
    await expect(access(bench.stackFile)).rejects.toThrow("ENOENT");
  });

  test("explains an example's decision through the admin API, as it says it would", async () => {
    const start = bench.start(["start"]);
    const curl = await start.line("curl -H");
    const [, key, url] = /"X-Api-Key: (\S+)" "(\S+)"/.exec(curl) ?? [];

    const reply = await fetch(z.url().parse(url), {
      headers: { "x-api-key": z.string().parse(key) },
    });

    expect(await reply.json()).toMatchObject({ reason: "CONFIDENCE_BELOW_THRESHOLD" });
  });
});

describe("pnpm stack, consumer and gate", () => {
  test("two consumer processes answer what was sent, and tail shows it", async () => {
    await bench.start(["stack"]).line("is ready");
    const consumers = [bench.start(["consumer"]), bench.start(["consumer"])];
    await Promise.all(consumers.map((consumer) => consumer.line("Consuming intents")));
    const tail = bench.start(["tail"]);
    await tail.line("Following outcomes");

    const lines = `${intentText("line_1")}\n${intentText("line_2")}\n`;
    const sent = await bench.run(["send", "-"], lines);

    expect(sent.stdout).toBe("2 intents published.\n");
    await Promise.all([tail.line("line_1"), tail.line("line_2")]);
    expect(await tail.line("MODE_NOT_CONFIGURED")).toContain("REQUIRE_APPROVAL");
  });

  test("redrive gives a dead letter to the gate again", async () => {
    await bench.start(["stack"]).line("is ready");
    await bench.start(["consumer"]).line("Consuming intents");
    const tail = bench.start(["tail"]);
    await tail.line("Following outcomes");
    const stack = await readStackFile(bench.stackFile);
    const clients = connect(stack);
    await clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: stack.sqs.queues.intents_dlq,
        MessageBody: JSON.stringify({
          source: "cc-native.decision",
          "detail-type": "ActionIntentCreated",
          detail: { data: JSON.parse(intentText("dead_letter")) },
        }),
      }),
    );
    clients.destroy();

    const { stdout } = await bench.run(["redrive"]);

    expect(stdout).toBe("1 message moved back to the intents queue.\n");
    await tail.line("dead_letter");
  });

  test("a key is made, listed without its secret, and refused once revoked", async () => {
    await bench.start(["stack"]).line("is ready");
    await bench.start(["admin"]).line("The admin API is at");
    const { admin } = await readStackFile(bench.stackFile);
    const budgetOf = async (tenant: string, apiKey: string) => {
      const query = `tenant_id=${tenant}&account_id=acct_1`;
      return (await fetch(`${admin?.url}/budget?${query}`, { headers: { "x-api-key": apiKey } }))
        .status;
    };

    const created = await bench.run([
      "key",
      "create",
      "--tenant",
      "globex",
      "--role",
      "viewer",
      "--json",
    ]);
    const { key_id, api_key } = CreatedKey.parse(JSON.parse(created.stdout));
    expect([await budgetOf("globex", api_key), await budgetOf("acme", api_key)]).toEqual([
      200, 403,
    ]);

    const listed = await bench.run(["key", "list"]);
    expect(listed.stdout).toContain(key_id);
    expect(listed.stdout).not.toContain(api_key);

    await bench.run(["key", "revoke", key_id]);
    expect(await budgetOf("globex", api_key)).toBe(401);
  });

  test("an admin API that ends takes out of the stack file only itself", async () => {
    await bench.start(["stack"]).line("is ready");
    const named = async () => (await readStackFile(bench.stackFile)).admin;
    const startAdmin = async () => {
      const admin = bench.start(["admin"]);
      await admin.line("The admin API is at");
      return { ...admin, entry: await named() };
    };
    const first = await startAdmin();
    const second = await startAdmin();
    expect(second.entry).not.toEqual(first.entry);

    await second.stop();
    expect(await named()).toEqual(first.entry);

    const third = await startAdmin();
    await first.stop();
    expect(await named()).toEqual(third.entry);

    await third.stop();
    expect(await named()).toBeUndefined();
  });

  test.each([
    [["create", "--role", "viewer"], "either --tenant TENANT, or --platform"],
    [["create", "--platform", "--role", "boss"], "viewer"],
    [["create", "--platform", "--role", "viewer", "--kind", "ROBOT"], "--kind"],
    [["create", "--platform", "--role", "viewer", "--account", "*"], "--account"],
    [["create", "--platform", "--role", "viewer", "--action-type", "x"], "--action-type"],
    [["create", "--platform", "--role", "viewer", "--expires", "90"], "from 1d to 9999d"],
    [["create", "--tenant", "a#b", "--role", "viewer"], "--tenant"],
    [["revoke", "nothing"], "16 hexadecimal digits"],
    [["revoke", "0123456789abcdef"], "There is no key"],
  ])("key %j is refused with what would be right", async (args, message) => {
    await bench.start(["stack"]).line("is ready");

    const { code, stderr } = await bench.run(["key", ...args]);

    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });

  test("a second stack on the same file is refused and the first goes on", async () => {
    await bench.start(["stack"]).line("is ready");

    const second = await bench.run(["stack"]);

    expect(second.code).toBe(1);
    expect(second.stderr).toContain("A stack is running already");
    await readStackFile(bench.stackFile);
  });

  test("a stack starts where another one was killed and left its file", async () => {
    const first = bench.start(["stack"]);
    await first.line("is ready");
    const killed = await readStackFile(bench.stackFile);
    await first.kill();

    await bench.start(["stack"]).line("is ready");

    expect(await readStackFile(bench.stackFile)).not.toEqual(killed);
  });

  test.each([
    [["send", "-"], "", "No stack is running"],
    [["consumer"], "", "No stack is running"],
    [["redrive"], "", "No stack is running"],
    [["tail"], "", "No stack is running"],
  ])("%j without a stack says how to start one", async (args, stdin, message) => {
    const { code, stderr } = await bench.run(args, stdin);

    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });
});

function intentText(id: string): string {
  return JSON.stringify({
    action_intent_id: id,
    tenant_id: "globex",
    account_id: "acct_1",
    action_type: "CREATE_INTERNAL_NOTE",
    confidence_score: 0.9,
  });
}

async function exampleConfiguration(): Promise<unknown[]> {
  const text = await readFile(join(EXAMPLES, "../configuration.json"), "utf8");
  return z.array(z.unknown()).parse(JSON.parse(text));
}

async function expectedReasons(): Promise<Map<string, string>> {
  const expected = new Map<string, string>();
  for (const file of await readdir(EXAMPLES)) {
    const name = file.replace(".json", "");
    const intents = readIntents(await readFile(join(EXAMPLES, file), "utf8"), file);
    const reason = REASON_OF_FILE[name] ?? name.toUpperCase().replaceAll("-", "_");
    for (const intent of intents) expected.set(intentIdOf(intent), "POLICY_ALLOWED");
    for (const intent of intents.slice(-1)) expected.set(intentIdOf(intent), reason);
  }
  return expected;
}
