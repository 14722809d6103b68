import process from "node:process";
import { readRunningStack } from "@autonomy-gate/local/stack-file";
import { runApprovalUi } from "./run-on-stack.ts";

/** `pnpm example:approval-ui`: what waits for a person on the running stack, as a page. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const stackFile = process.env.AUTONOMY_STACK_FILE ?? ".autonomy/stack.json";
const viewer = { tenantId: process.argv[2] ?? "acme", name: "you" };
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  await runApprovalUi(await readRunningStack(stackFile), viewer, stop.signal, (url) =>
    say(`What waits for a person at ${viewer.tenantId}: ${url}  Ctrl-C ends it.`),
  );
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
