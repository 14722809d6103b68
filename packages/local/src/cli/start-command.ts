import { startAdmin } from "../admin.ts";
import { connect, type StackClients } from "../clients.ts";
import { startConsumer } from "../consumer.ts";
import { type DataFolder, keptText, openDataFolder } from "../data-folder.ts";
import { intentIdOf, loadExampleConfiguration, readExampleIntents } from "../examples.ts";
import { type OutcomeFeed, openOutcomeFeed } from "../outcome-feed.ts";
import { outcomeText } from "../print-outcome.ts";
import { publishIntents } from "../publish-intents.ts";
import { type LocalSettings, readSettings } from "../settings.ts";
import { startStack } from "../stack.ts";
import {
  refuseSecondStack,
  removeStackFile,
  removeStackFileAtExit,
  type StackFile,
  writeStackFile,
} from "../stack-file.ts";
import { complain, errorText, outliveOutput, say } from "./output.ts";
import { type StopSignal, stopSignal } from "./until-stopped.ts";

/** How long the examples may take. Generous: the machine may be busy. */
const EXAMPLES_MS_MAX = 60_000;

export interface StartOptions {
  readonly once: boolean;
  /** Where tables, queues and rules are kept; absent: in memory. */
  readonly data?: string;
}

/**
 * `pnpm start`: everything on one machine, the example intents through it, then serves until
 * Ctrl-C. With `once` it ends when every example has its outcome.
 *
 * @returns the exit code: 1 when an example has no outcome
 */
export async function startCommand({ once, data }: StartOptions): Promise<number> {
  const stop = stopSignal();
  outliveOutput();
  const settings = readSettings(process.env);
  await refuseSecondStack(settings.stackFile);
  quietTelemetry();
  const folder = data === undefined ? undefined : await openDataFolder(data);
  const stack = await startStack(settings, folder);
  const clients = connect(stack.description);
  await loadExampleConfiguration(clients.documents, stack.description.dynamodb.tables.config);
  const admin = await startAdmin(stack.description, { ...settings, keyFile: folder?.adminKey });
  const keepStackFile = removeStackFileAtExit(settings.stackFile);
  const description = {
    ...stack.description,
    admin: { url: admin.url, api_key: admin.api_key },
  };
  const consumer = startConsumer(stack.description, settings, (fault) =>
    complain(`The consumer goes on after: ${errorText(fault)}`),
  );
  try {
    await writeStackFile(settings.stackFile, description);
    const missing = await runExamples(clients, description, stop);
    for (const id of missing) complain(`No outcome came for intent ${id}.`);
    if (!once && !stop.stopped) {
      sayWhereToLook(settings, description, folder);
      await stop.wait;
    }
    return missing.length === 0 ? 0 : 1;
  } finally {
    await removeStackFile(settings.stackFile);
    keepStackFile();
    await consumer.stop();
    await admin.close();
    clients.destroy();
    await stack.close();
  }
}

/** Sends the examples and prints each outcome as it arrives. Answers with the ids that got none. */
async function runExamples(
  clients: StackClients,
  stack: StackFile,
  stop: StopSignal,
): Promise<readonly string[]> {
  const intents = await readExampleIntents();
  const feed = await openOutcomeFeed(clients, stack);
  try {
    await publishIntents(clients.events, stack.events.bus, intents);
    say(`${intents.length} example intents are published (examples/intents); their outcomes:\n`);
    return await printOutcomes(feed, new Set(intents.map(intentIdOf)), stop);
  } finally {
    await feed.close();
  }
}

async function printOutcomes(
  feed: OutcomeFeed,
  awaited: Set<string>,
  stop: StopSignal,
): Promise<readonly string[]> {
  const count = awaited.size;
  const startedAtMs = performance.now();
  while (awaited.size > 0 && !stop.stopped && performance.now() - startedAtMs < EXAMPLES_MS_MAX) {
    for (const outcome of await feed.next()) {
      if (awaited.delete(outcome.action_intent_id)) say(`${outcomeText(outcome)}\n`);
    }
  }
  say(`${count - awaited.size} of ${count} example intents have their outcome.`);
  return [...awaited];
}

function sayWhereToLook(
  { stackFile }: LocalSettings,
  stack: StackFile & { readonly admin: NonNullable<StackFile["admin"]> },
  folder: DataFolder | undefined,
): void {
  say(`\nThe gate is running. ${keptText(folder)} From here:`);
  say("  pnpm gate send FILE    publish an intent of your own (copy one of examples/intents)");
  say("  pnpm gate tail         follow outcomes");
  say("  pnpm consumer          one more consumer process; any number may run");
  say(`  ${stack.admin.url}/docs    the admin API; a key for it is in`);
  say(`  ${stackFile}    with every endpoint, queue and table, for any AWS SDK`);
  say("For instance, why an example was held:");
  say(
    `  curl -H "X-Api-Key: ${stack.admin.api_key}" "${stack.admin.url}/decisions/ai_note_unsure?tenant_id=acme&account_id=acct_42"`,
  );
  say("Ctrl-C ends it.");
}

/** The consumer logs as it does on AWS; here a person reads the outcomes instead. */
function quietTelemetry(): void {
  process.env.POWERTOOLS_LOG_LEVEL ??= "WARN";
  process.env.POWERTOOLS_METRICS_DISABLED ??= "true";
}
