import { Command } from "commander";
import { consumerCommand } from "./consumer-command.ts";
import { complain, errorText } from "./output.ts";
import { redriveCommand } from "./redrive-command.ts";
import { sendCommand } from "./send-command.ts";
import { stackCommand } from "./stack-command.ts";
import { startCommand } from "./start-command.ts";
import { tailCommand } from "./tail-command.ts";

/** The command line of the one-machine stack. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    complain(errorText(error));
    process.exitCode = 1;
  }
}

function program(): Command {
  const gate = new Command("gate").description("The autonomy gate on one machine.");
  gate
    .command("start")
    .description("stack and consumer; sends the examples and serves until Ctrl-C")
    .option("--once", "end when every example has its outcome", false)
    .action(async (options: { once: boolean }) => {
      process.exitCode = await startCommand(options);
    });
  gate
    .command("stack")
    .description("DynamoDB, SQS and EventBridge stand-ins only")
    .action(stackCommand);
  gate
    .command("consumer")
    .description("one consumer process on the running stack")
    .action(consumerCommand);
  gate
    .command("send")
    .description("publish intents: one JSON, an array, or one a line; - reads standard input")
    .argument("<files...>")
    .action(sendCommand);
  gate.command("tail").description("follow outcomes").action(tailCommand);
  gate
    .command("redrive")
    .description("move the dead-letter queue's messages back to the intents queue")
    .action(redriveCommand);
  return gate;
}
