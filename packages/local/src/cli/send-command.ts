import { connect } from "../clients.ts";
import { type IntentDetail, readIntents } from "../intents-file.ts";
import { publishIntents } from "../publish-intents.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { readText } from "../text-file.ts";
import { say } from "./output.ts";

/** `pnpm gate send FILE… | -`: publishes intents as Phase 3 does. */
export async function sendCommand(files: readonly string[]): Promise<void> {
  const { stackFile } = readSettings(process.env);
  const stack = await readRunningStack(stackFile);
  const intents = (await Promise.all(files.map(readIntentsFrom))).flat();
  const clients = connect(stack);
  try {
    await publishIntents(clients.events, stack.events.bus, intents);
  } finally {
    clients.destroy();
  }
  say(`${intents.length} ${intents.length === 1 ? "intent" : "intents"} published.`);
}

async function readIntentsFrom(file: string): Promise<IntentDetail[]> {
  return readIntents(await readText(file), file === "-" ? "standard input" : file);
}
