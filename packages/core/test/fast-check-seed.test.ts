import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const SETUP = join(import.meta.dirname, "../../../fast-check.setup.ts");

test.each(["abc", "", "1.5", "0x10", "99999999999"])(
  'properties do not run on a seed nobody asked for: FAST_CHECK_SEED="%s" is refused',
  async (seed) => {
    await expect(setUp(seed)).rejects.toMatchObject({
      stderr: expect.stringContaining(`FAST_CHECK_SEED is "${seed}". It must be a whole number`),
    });
  },
);

test.each(["42", "-7", "32767"])("FAST_CHECK_SEED=%s is taken", async (seed) => {
  await expect(setUp(seed)).resolves.toMatchObject({ stderr: "" });
});

function setUp(seed: string) {
  return run(process.execPath, [SETUP], { env: { ...process.env, FAST_CHECK_SEED: seed } });
}
