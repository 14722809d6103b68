import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { openWorkbench, type Workbench } from "./process-fixture.ts";

let bench: Workbench;

beforeEach(async () => {
  bench = await openWorkbench();
});

afterEach(async () => {
  await bench.close();
});

describe("a port that is taken", () => {
  let taken: Server;
  let port: string;

  beforeEach(async () => {
    taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    port = String(z.object({ port: z.number() }).parse(taken.address()).port);
  });

  afterEach(async () => {
    taken.close();
    await once(taken, "close");
  });

  test.each(["DYNAMODB", "SQS", "EVENTS", "ADMIN"])(
    "ends the start, and says which setting to change: %s",
    async (service) => {
      const variable = `AUTONOMY_PORT_${service}`;
      const { code, stderr } = await bench.run(["start"], "", { [variable]: port });
      expect(stderr).toBe(
        `Port ${port} is taken already. Set ${variable} to another one, or to 0 for any that is free.\n`,
      );
      expect(code).toBe(1);
    },
  );
});

test.each(["abc", "70000", "-1", "1.5"])("a port of %s is refused in words", async (port) => {
  const { code, stderr } = await bench.run(["stack"], "", { AUTONOMY_PORT_SQS: port });
  expect(stderr).toBe(
    "These settings are not usable. AUTONOMY_PORT_SQS: must be a port, from 0 (any free one) to 65535\n",
  );
  expect(code).toBe(1);
});

test.each([[["send", "-"]], [["tail"]], [["consumer"]], [["admin"]], [["redrive"]]])(
  "%j says so when the stack it is to talk to was killed",
  async (args) => {
    const stack = bench.start(["stack"]);
    await stack.line("is ready");
    await stack.kill();
    const { code, stderr } = await bench.run(args);
    expect(stderr).toBe(
      `The stack that ${bench.stackFile} describes has ended. Start one with: pnpm stack\n`,
    );
    expect(code).toBe(1);
  },
);

test("a file that cannot be read is named", async () => {
  await bench.start(["stack"]).line("is ready");
  const { code, stderr } = await bench.run(["send", "/"]);
  expect(stderr).toMatch(/^\/ cannot be read: /);
  expect(code).toBe(1);
});
