import process from "node:process";
import { readStackFile } from "@autonomy-gate/local/stack-file";
import { runPhase4 } from "./run-on-stack.ts";

/** `pnpm example:phase-4`: executes, in words, what may run by itself on the running stack. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const stackFile = process.env.AUTONOMY_STACK_FILE ?? ".autonomy/stack.json";
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  await runPhase4(
    await readStackFile(stackFile),
    async ({ detail: { data } }, key) => {
      say(`executing ${data.action_type} on ${data.tenant_id}/${data.account_id} (${key})`);
    },
    stop.signal,
    () => say("Waiting for actions that may run by themselves. Ctrl-C ends it."),
  );
} catch (error) {
  process.stderr.write(`${faultText(error)}\n`);
  process.exitCode = 1;
}

/** One line for a person. A stack that was killed leaves its file behind. */
function faultText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ECONNREFUSED"
    ? `The stack in ${stackFile} does not answer (${error.message}). Start one with: pnpm start`
    : error.message;
}
