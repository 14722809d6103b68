import { keptText, openDataFolder } from "../data-folder.ts";
import { readSettings } from "../settings.ts";
import { startStack } from "../stack.ts";
import {
  refuseSecondStack,
  removeStackFile,
  removeStackFileAtExit,
  writeStackFile,
} from "../stack-file.ts";
import { outliveOutput, say } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm stack`: the stand-ins alone, until Ctrl-C. */
export async function stackCommand({ data }: { readonly data?: string }): Promise<void> {
  const stop = stopSignal();
  outliveOutput();
  const settings = readSettings(process.env);
  await refuseSecondStack(settings.stackFile);
  const folder = data === undefined ? undefined : await openDataFolder(data);
  const stack = await startStack(settings, folder);
  const keepStackFile = removeStackFileAtExit(settings.stackFile);
  try {
    await writeStackFile(settings.stackFile, stack.description);
    say(`The stack is ready; ${settings.stackFile} describes it.`);
    say(`  DynamoDB     ${stack.description.dynamodb.endpoint}`);
    say(`  SQS          ${stack.description.sqs.endpoint}`);
    say(`  EventBridge  ${stack.description.events.endpoint}`);
    say(keptText(folder));
    say(
      "Now in other terminals: pnpm consumer, pnpm gate send FILE, pnpm gate tail. Ctrl-C ends it.",
    );
    await stop.wait;
  } finally {
    await removeStackFile(settings.stackFile);
    keepStackFile();
    await stack.close();
  }
}
