import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bundleFunction } from "../src/bundle.ts";
import { BUNDLE_FOLDER, FUNCTIONS } from "../src/functions.ts";
import { answerInFreshProcess } from "./lambda/fresh-process.ts";
import { openYardstick } from "./lambda/yardstick.ts";
import { ROOT } from "./synthesis/platform.ts";

const CONSUMER_BYTES_MAX = 600_000;
const LOAD_MS_MAX = 80;
const LOADS_MAX = 25;

const CONSUMER = {
  folder: join(ROOT, BUNDLE_FOLDER, "consumer"),
  handler: "consumer.handler",
  environment: {
    AUTONOMY_CONFIG_TABLE_NAME: "config",
    AUTONOMY_BUDGET_STATE_TABLE_NAME: "budget-state",
    AUTONOMY_LEDGER_TABLE_NAME: "ledger",
    AUTONOMY_EVENT_BUS_NAME: "bus",
    AUTONOMY_QUARANTINE_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/quarantine",
    AWS_REGION: "us-east-1",
  },
};

test(`the consumer's bundle has at most ${CONSUMER_BYTES_MAX / 1_000} KB, all of its parts together`, async () => {
  const { files } = await bundleFunction(ROOT, "consumer", FUNCTIONS.consumer);
  const bytes = files.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  expect(bytes).toBeLessThanOrEqual(CONSUMER_BYTES_MAX);
});

test("the same sources give the same bundle, byte for byte", async () => {
  const [one, other] = await Promise.all([
    bundleFunction(ROOT, "consumer", FUNCTIONS.consumer),
    bundleFunction(ROOT, "consumer", FUNCTIONS.consumer),
  ]);
  expect(one.files).toEqual(other.files);
});

test("zod is bundled without its languages, and no credential source but the environment and HTTP", async () => {
  const { metafile } = await bundleFunction(ROOT, "consumer", FUNCTIONS.consumer);
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) =>
      bytesInOutput > 0 && !path.startsWith("left-out:") ? [path] : [],
    ),
  );
  expect(inputs.filter((path) => /zod\/v4\/locales\/(?!en)/.test(path))).toEqual([]);
  expect(
    inputs.filter((path) => /credential-provider-(ini|sso|process|login)|bowser/.test(path)),
  ).toEqual([]);
});

/**
 * Other work on the machine makes a load slower, in processor time as well, so a yardstick is loaded
 * beside it, and the best of several pairs counts.
 */
test(`the consumer loads within ${LOAD_MS_MAX} ms in a fresh process, of a machine at rest`, async () => {
  const yardstick = await openYardstick();
  onTestFinished(yardstick.close);
  let best = Number.POSITIVE_INFINITY;
  for (let load = 0; load < LOADS_MAX && best > LOAD_MS_MAX; load++) {
    const { loadMs, loadCpuMs } = await answerInFreshProcess(CONSUMER, []);
    best = Math.min(best, Math.min(loadMs, loadCpuMs) / (await yardstick.slowdown()));
  }
  expect(best).toBeLessThanOrEqual(LOAD_MS_MAX);
});
