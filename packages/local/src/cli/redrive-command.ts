import { connect } from "../clients.ts";
import { redrive } from "../redrive.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { say } from "./output.ts";

/** `pnpm gate redrive`: gives the messages of the dead-letter queue to the gate again. */
export async function redriveCommand(): Promise<void> {
  const stack = await readRunningStack(readSettings(process.env).stackFile);
  const clients = connect(stack);
  try {
    const { intents, intents_dlq } = stack.sqs.queues;
    const moved = await redrive(clients.sqs, intents_dlq, intents);
    say(`${moved} ${moved === 1 ? "message" : "messages"} moved back to the intents queue.`);
  } finally {
    clients.destroy();
  }
}
