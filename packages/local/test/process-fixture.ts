import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

const PROGRAM = join(import.meta.dirname, "../bin/autonomy.js");

/** A command of the one-machine stack that has ended. */
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on until it is stopped. */
export interface Running {
  /** Every line it printed so far, on either stream. */
  readonly lines: readonly string[];
  /** Resolves with the first line, past or to come, that contains a text; rejects if it ends first. */
  line(containing: string): Promise<string>;
  /** Asks it to end, as Ctrl-C does, and waits until it has. */
  stop(): Promise<number | null>;
  /** Ends it wherever it is (`kill -9`), or by another signal, and waits until it has. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** From now on every write to its output fails with EPIPE. */
  closeOutput(): void;
}

/** Real processes around one stack file of their own. */
export interface Workbench {
  readonly stackFile: string;
  run(
    args: readonly string[],
    stdin?: string,
    environment?: Record<string, string>,
  ): Promise<Ended>;
  start(args: readonly string[], environment?: Record<string, string>): Running;
  /** Stops what still runs and leaves nothing behind. */
  close(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), "autonomy-"));
  const stackFile = join(folder, "stack.json");
  const running: Running[] = [];
  const spawnCommand = (args: readonly string[], environment: Record<string, string> = {}) =>
    spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, NO_COLOR: "1", AUTONOMY_STACK_FILE: stackFile, ...environment },
    });
  return {
    stackFile,
    run: async (args, stdin = "", environment = {}) => {
      const child = spawnCommand(args, environment);
      child.stdin.end(stdin);
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await exitCode(child), stdout, stderr };
    },
    start: (args, environment) => {
      const command = watch(spawnCommand(args, environment));
      running.push(command);
      return command;
    },
    close: async () => {
      // The youngest first: a consumer ends before the stack it talks to.
      for (const command of running.reverse()) await command.stop();
      await rm(folder, { recursive: true });
    },
  };
}

function watch(child: ChildProcessWithoutNullStreams): Running {
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      lines.push(line);
      for (const hear of waiting) hear(line);
    });
  }
  return {
    lines,
    line: async (containing) => {
      const earlier = lines.find((line) => line.includes(containing));
      if (earlier !== undefined) return earlier;
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const hear = (line: string) => {
        if (line.includes(containing)) resolve(line);
      };
      const ended = () =>
        reject(new Error(`It ended without "${containing}":\n${lines.join("\n")}`));
      waiting.add(hear);
      child.once("close", ended);
      try {
        return await promise;
      } finally {
        waiting.delete(hear);
        child.off("close", ended);
      }
    },
    stop: async () => {
      child.kill("SIGINT");
      return exitCode(child);
    },
    kill: async (signal = "SIGKILL") => {
      child.kill(signal);
      await exitCode(child);
    },
    closeOutput: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

async function exitCode(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}
