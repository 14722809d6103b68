import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { connect } from "../clients.ts";
import { type IntentDetail, readIntents } from "../intents-file.ts";
import { publishIntents } from "../publish-intents.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { errorText, say } from "./output.ts";

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

/** `-` is standard input. */
async function readIntentsFrom(file: string): Promise<IntentDetail[]> {
  return file === "-"
    ? readIntents(await text(process.stdin), "standard input")
    : readIntents(await textOf(file), file);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${errorText(cause)}`, { cause });
  }
}
