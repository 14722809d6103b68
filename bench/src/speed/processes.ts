import { awsEnvironment, consumerEnvironment } from "@autonomy-gate/local/clients";
import { StackFile } from "@autonomy-gate/local/stack-file";
import { nextMessage, startProcess, stopProcess } from "../process.ts";
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
  const child = startProcess(new URL("./stack-process.ts", import.meta.url));
  return { description: StackFile.parse(await nextMessage(child)), stop: () => stopProcess(child) };
}

export async function startWorker(side: SideName, stack: StackFile): Promise<Worker> {
  const child = startProcess(new URL("./worker.ts", import.meta.url), {
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
    stop: () => stopProcess(child),
  };
}
