import { Command } from "commander";
import type { CreateKeyOptions, KeyTableOptions } from "./key-command.ts";
import { complain, errorText, failWithoutOutput } from "./output.ts";

/** The command line of the one-machine stack. */
export async function main(argv: readonly string[]): Promise<void> {
  failWithoutOutput();
  try {
    await program().parseAsync(argv);
  } catch (error) {
    complain(errorText(error));
    // Not by its exit code alone: what a failed command has opened would keep it alive.
    process.exit(1);
  }
}

const DATA = ["--data <dir>", "keep tables, queues and rules in this folder"] as const;

/** Each command loads what it needs when it runs: `send` need not wait for a database to load. */
function program(): Command {
  const gate = new Command("gate").description("The autonomy gate on one machine.");
  gate
    .command("start")
    .description("stack, consumer and admin API; sends the examples and serves until Ctrl-C")
    .option("--once", "end when every example has its outcome", false)
    .option(...DATA)
    .action(async (options: { once: boolean; data?: string }) => {
      const { startCommand } = await import("./start-command.ts");
      process.exitCode = await startCommand(options);
    });
  gate
    .command("stack")
    .description("DynamoDB, SQS and EventBridge stand-ins only")
    .option(...DATA)
    .action(async (options: { data?: string }) =>
      (await import("./stack-command.ts")).stackCommand(options),
    );
  gate
    .command("consumer")
    .description("one consumer process on the running stack")
    .action(async () => (await import("./consumer-command.ts")).consumerCommand());
  gate
    .command("admin")
    .description("one admin API process on the running stack")
    .action(async () => (await import("./admin-command.ts")).adminCommand());
  gate
    .command("send")
    .description("publish intents: one JSON, an array, or one a line; - reads standard input")
    .argument("<files...>")
    .action(async (files: string[]) => (await import("./send-command.ts")).sendCommand(files));
  gate
    .command("tail")
    .description("follow outcomes")
    .action(async () => (await import("./tail-command.ts")).tailCommand());
  gate
    .command("redrive")
    .description("move the dead-letter queue's messages back to the intents queue")
    .action(async () => (await import("./redrive-command.ts")).redriveCommand());
  addKeyCommands(gate.command("key").description("API keys of the admin API"));
  return gate;
}

/** Gathers an option that may be given several times. */
function repeated(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const TABLE = ["--table <name>", "config table on AWS, instead of the running stack's"] as const;

function addKeyCommands(key: Command): void {
  key
    .command("create")
    .description("make a key, shown once")
    .option("--tenant <tenant>", "for one tenant")
    .option("--platform", "for all tenants")
    .requiredOption(
      "--role <role>",
      "viewer, operator, admin, approver or executor; may be given several times",
      repeated,
    )
    .option("--name <name>", "what it is for, as lists show it")
    .option("--kind <kind>", "PERSON or SERVICE, which is the default")
    .option("--account <id>", "only this account, or with a final * those that begin so", repeated)
    .option("--action-type <type>", "only this action type", repeated)
    .option("--expires <days>", "refuse it after so many days, such as 90d")
    .option(...TABLE)
    .option("--json", "as one line of JSON")
    .action(async (options: CreateKeyOptions) =>
      (await import("./key-command.ts")).createKeyCommand(options),
    );
  key
    .command("list")
    .description("every key, revoked ones too")
    .option(...TABLE)
    .option("--json", "as one line of JSON")
    .action(async (options: KeyTableOptions & { json?: true }) =>
      (await import("./key-command.ts")).listKeysCommand(options),
    );
  key
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<id>")
    .option(...TABLE)
    .action(async (id: string, options: KeyTableOptions) =>
      (await import("./key-command.ts")).revokeKeyCommand(id, options),
    );
}
