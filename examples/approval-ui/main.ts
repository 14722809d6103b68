import process from "node:process";
import { readStackFile } from "@autonomy-gate/local/stack-file";
import { runApprovalUi } from "./run-on-stack.ts";

/** `pnpm example:approval-ui`: what waits for a person on the running stack, as a page. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const stackFile = process.env.AUTONOMY_STACK_FILE ?? ".autonomy/stack.json";
const viewer = { tenantId: process.argv[2] ?? "acme", name: "you" };
const say = (text: string) => process.stdout.write(`${text}\n`);
try {
  await runApprovalUi(await readStackFile(stackFile), viewer, stop.signal, (url) =>
    say(`What waits for a person at ${viewer.tenantId}: ${url}  Ctrl-C ends it.`),
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
