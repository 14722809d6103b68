import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";

const Report = z.object({
  answers: z.array(z.unknown()),
  /** Milliseconds the import of the bundle took, by the clock and of the processor. */
  loadMs: z.number(),
  loadCpuMs: z.number(),
});

export type Report = z.infer<typeof Report> & {
  /** Everything the handler printed. */
  readonly output: string;
};

export interface FunctionProcess {
  /** The unpacked archive. */
  readonly folder: string;
  /** As Lambda names it, such as `consumer.handler`. */
  readonly handler: string;
  /** All there is: nothing of this process's environment is passed on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a process as Lambda does, hands it events one by one, and waits for its answers. */
export async function answerInFreshProcess(
  { folder, handler, environment }: FunctionProcess,
  events: readonly unknown[],
): Promise<Report> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "runtime.mjs"), handler], {
    cwd: folder,
    env: environment,
  });
  child.stdin.end(JSON.stringify(events));
  const ended = once(child, "exit");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  if (child.exitCode !== 0) throw new Error(`The function ended early.\n${output}\n${errors}`);
  const lines = output.trim().split("\n");
  return { ...Report.parse(JSON.parse(lines.pop() ?? "")), output: `${lines.join("\n")}${errors}` };
}
