import process from "node:process";
import { readStackFile } from "@autonomy-gate/local/stack-file";
import { runApprovalUi } from "./run-on-stack.ts";

/** `pnpm example:approval-ui`: what waits for a person on the running stack, as a page. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const stack = await readStackFile(process.env.AUTONOMY_STACK_FILE ?? ".autonomy/stack.json");
const viewer = { tenantId: process.argv[2] ?? "acme", name: "you" };
await runApprovalUi(stack, viewer, stop.signal, (url) =>
  process.stdout.write(`What waits for a person at ${viewer.tenantId}: ${url}  Ctrl-C ends it.\n`),
);
