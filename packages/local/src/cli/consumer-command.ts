import { startConsumer } from "../consumer.ts";
import { readSettings } from "../settings.ts";
import { readRunningStack } from "../stack-file.ts";
import { complain, errorText, outliveOutput } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm consumer`: one consumer process on the running stack, until Ctrl-C. */
export async function consumerCommand(): Promise<void> {
  const stop = stopSignal();
  outliveOutput();
  const settings = readSettings(process.env);
  const stack = await readRunningStack(settings.stackFile);
  const consumer = startConsumer(stack, settings, (fault) =>
    complain(`The consumer goes on after: ${errorText(fault)}`),
  );
  complain(
    `Consuming intents of ${settings.stackFile}. Ctrl-C finishes the batch in work and ends.`,
  );
  await stop.wait;
  await consumer.stop();
}
