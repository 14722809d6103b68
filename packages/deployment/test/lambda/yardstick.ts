import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerInFreshProcess } from "./fresh-process.ts";

/**
 * What loading the yardstick takes where the limit of 80 ms was set: two processors, x64, otherwise
 * at rest.
 */
const AT_REST_MS = 30;

/** Some 400 KB of plain functions on three of Node's modules: it never changes, the machine does. */
const TEXT = [
  'import "node:https";import "node:crypto";import "node:zlib";',
  ...Array.from(
    { length: 3_000 },
    (_, n) =>
      `export function f${n}(a,b){const c={x${n}:a,y:b,z:[a,b,${n}]};if(a>b){return c.z.map((v)=>v*${n})}return Object.keys(c).filter((k)=>k!=="y${n}")}`,
  ),
  "let n=0;for(let i=0;i<300;i++){n+=f1(i,2).length+f2(i,3).length+f3(2,i).length}",
  "export const handler=async()=>n;",
].join("\n");

export interface Yardstick {
  /** How much slower than at rest the machine is at the moment: 1 or more. */
  slowdown(): Promise<number>;
  close(): Promise<void>;
}

export async function openYardstick(): Promise<Yardstick> {
  const folder = await mkdtemp(join(tmpdir(), "autonomy-yardstick-"));
  await writeFile(join(folder, "yardstick.mjs"), TEXT);
  return {
    slowdown: async () => {
      const { loadMs, loadCpuMs } = await answerInFreshProcess(
        { folder, handler: "yardstick.handler", environment: {} },
        [],
      );
      return Math.max(1, Math.min(loadMs, loadCpuMs) / AT_REST_MS);
    },
    close: async () => rm(folder, { recursive: true, force: true }),
  };
}
