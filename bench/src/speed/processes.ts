import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { awsEnvironment, consumerEnvironment } from "@autonomy-gate/local/clients";
import { StackFile } from "@autonomy-gate/local/stack-file";
import { type Run, RunResult, type SideName } from "./run.ts";

export interface StackProcess {
  readonly description: StackFile;
  stop(): Promise<void>;
}

/** A consumer of one side in a process of its own. */
export interface Worker {
  run(run: Run): Promise<RunResult>;
  stop(): Promise<void>;
}

export async function startStackProcess(): Promise<StackProcess> {
  const child = startProcess("./stack-process.ts", {});
  return { description: StackFile.parse(await nextMessage(child)), stop: () => stop(child) };
}

export async function startWorker(side: SideName, stack: StackFile): Promise<Worker> {
  const child = startProcess("./worker.ts", {
    ...awsEnvironment(stack),
    ...consumerEnvironment(stack),
    BENCH_SIDE: side,
  });
  await nextMessage(child);
  return {
    run: async (run) => {
      child.send(run);
      return RunResult.parse(await nextMessage(child));
    },
    stop: () => stop(child),
  };
}

/** What the gate logs goes nowhere, but it is written. */
function startProcess(file: string, environment: Record<string, string>): ChildProcess {
  return fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...environment, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
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

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill();
  await exited;
}
