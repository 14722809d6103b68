import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import * as z from "zod";

/** Where a running stack is and how to talk to it: what other processes and tests need to know. */
export const StackFile = z.object({
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
  dynamodb: z.object({
    endpoint: z.url(),
    tables: z.object({
      config: z.string(),
      budget_state: z.string(),
      ledger: z.string(),
      actions: z.string(),
    }),
  }),
  sqs: z.object({
    endpoint: z.url(),
    queues: z.object({
      intents: z.url(),
      intents_dlq: z.url(),
      quarantine: z.url(),
      outcomes: z.url(),
    }),
  }),
  events: z.object({ endpoint: z.url(), bus: z.string() }),
  admin: z.object({ url: z.url(), api_key: z.string() }).optional(),
});
export type StackFile = z.infer<typeof StackFile>;

/** The stack that a file describes and that runs. Throws an error that says what to do without one. */
export async function readRunningStack(path: string): Promise<StackFile> {
  const stack = await readStackFile(path);
  if (await isServed(stack.dynamodb.endpoint)) return stack;
  throw new Error(`The stack that ${path} describes has ended. Start one with: pnpm stack`);
}

/** The stack a file describes. Throws an error that says what to do when it describes none. */
export async function readStackFile(path: string): Promise<StackFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const isAbsent = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const problem = isAbsent ? "does not exist" : "cannot be read";
    throw new Error(`No stack is running: ${path} ${problem}. Start one with: pnpm stack`, {
      cause,
    });
  }
  const parsed = StackFile.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new Error(`${path} does not describe a stack. Remove it and start one: pnpm stack`);
  }
  return parsed.data;
}

/** Writes the file whole or not at all: whoever waits for it never reads half of it. */
export async function writeStackFile(path: string, stack: StackFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(stack, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
}

/**
 * Removes the file with the process, however it ends, unless by `kill -9`: it holds a key.
 *
 * @returns takes that back
 */
export function removeStackFileAtExit(path: string): () => void {
  const remove = () => rmSync(path, { force: true });
  process.on("exit", remove);
  return () => process.off("exit", remove);
}

export async function removeStackFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Throws when the file is that of a stack that runs. One that a killed stack left is removed. */
export async function refuseSecondStack(path: string): Promise<void> {
  const running = await readStackFile(path).catch(() => undefined);
  if (running === undefined) return;
  if (await isServed(running.dynamodb.endpoint)) {
    throw new Error(
      `A stack is running already (${running.dynamodb.endpoint}, ${path}). Stop it, or set AUTONOMY_STACK_FILE to start another one.`,
    );
  }
  await removeStackFile(path);
}

/** Whether somebody listens at an address of this machine. */
export async function isServed(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
