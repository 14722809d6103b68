import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";

/** What a process logs goes nowhere, but it is written. */
export function startProcess(file: URL, environment: Record<string, string> = {}): ChildProcess {
  return fork(file, {
    env: { ...process.env, ...environment, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** Rejects when the process ends first. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const died = once(child, "exit", ended).then(([code]) => {
    throw new Error(`A process of the bench ended with ${code}.`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", ended), died]);
    return message;
  } finally {
    ended.abort();
    await died.catch(() => {});
  }
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill();
  await exited;
}
