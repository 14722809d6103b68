import process from "node:process";
import { readRunningStack } from "@autonomy-gate/local/stack-file";
import { runPhase4 } from "./run-on-stack.ts";

/** `pnpm example:phase-4`: executes, in words, what may run by itself on the running stack. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const stackFile = process.env.AUTONOMY_STACK_FILE ?? ".autonomy/stack.json";
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  await runPhase4(
    await readRunningStack(stackFile),
    async ({ detail: { data } }, key) => {
      say(`executing ${data.action_type} on ${data.tenant_id}/${data.account_id} (${key})`);
    },
    stop.signal,
    () => say("Waiting for actions that may run by themselves. Ctrl-C ends it."),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
