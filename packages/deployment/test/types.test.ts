import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ROOT } from "./synthesis/platform.ts";

test("sst.config.ts and stacks/ have the types of SST's real components", async () => {
  const compiler = spawn(join(ROOT, "node_modules/.bin/tsc"), ["-p", "stacks/tsconfig.json"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, complained, [code]] = await Promise.all([
    text(compiler.stdout),
    text(compiler.stderr),
    once(compiler, "close"),
  ]);
  expect({ code, output: said + complained }).toEqual({ code: 0, output: "" });
});
