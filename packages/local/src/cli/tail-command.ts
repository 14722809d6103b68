import { connect } from "../clients.ts";
import { openOutcomeFeed } from "../outcome-feed.ts";
import { outcomeText } from "../print-outcome.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { complain, outliveOutput, say } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm gate tail`: prints outcomes as they come, from its own queue, until Ctrl-C. */
export async function tailCommand(): Promise<void> {
  const stop = stopSignal();
  // Nobody reads any more: the feed is closed in order, so that its queue does not stay behind.
  outliveOutput(() => stop.end());
  const stack = await readRunningStack(readSettings(process.env).stackFile);
  const clients = connect(stack);
  const feed = await openOutcomeFeed(clients, stack);
  complain("Following outcomes. Ctrl-C ends it.");
  try {
    while (!stop.stopped) {
      for (const outcome of await feed.next()) say(`${outcomeText(outcome)}\n`);
    }
  } finally {
    await feed.close();
    clients.destroy();
  }
}
