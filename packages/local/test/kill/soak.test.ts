import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

const PROGRAM = join(import.meta.dirname, "soak.ts");

test.each([
  ["--rounds x", "A whole number from 1 to 1000000 is needed."],
  ["--rounds 0", "A whole number from 1 to 1000000 is needed."],
  ["--consumers 17", "A whole number from 1 to 16 is needed."],
  ["--intents 1e3", "A whole number from 1 to 100000 is needed."],
  ["--foo", "unknown option '--foo'"],
])("pnpm soak %s is refused in one line", async (args, message) => {
  const child = spawn(process.execPath, [PROGRAM, ...args.split(" ")]);
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(stderr).toMatch(/^error: .*\n$/);
  expect(stderr).toContain(message);
  expect(code).toBe(1);
});
