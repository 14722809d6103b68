import { readSettings } from "../settings.ts";
import { startStack } from "../stack.ts";
import { refuseSecondStack, removeStackFile, writeStackFile } from "../stack-file.ts";
import { say } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm stack`: the stand-ins alone, until Ctrl-C. */
export async function stackCommand(): Promise<void> {
  const stop = stopSignal();
  const settings = readSettings(process.env);
  await refuseSecondStack(settings.stackFile);
  const stack = await startStack(settings);
  try {
    await writeStackFile(settings.stackFile, stack.description);
    say(`The stack is ready; ${settings.stackFile} describes it.`);
    say(`  DynamoDB     ${stack.description.dynamodb.endpoint}`);
    say(`  SQS          ${stack.description.sqs.endpoint}`);
    say(`  EventBridge  ${stack.description.events.endpoint}`);
    say(
      "Now in other terminals: pnpm consumer, pnpm gate send FILE, pnpm gate tail. Ctrl-C ends it.",
    );
    await stop.wait;
  } finally {
    await removeStackFile(settings.stackFile);
    await stack.close();
  }
}
