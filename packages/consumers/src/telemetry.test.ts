import { METRICS, METRICS_NAMESPACE } from "@autonomy-gate/core/topology";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { aBody, aRecord, SOURCES, someData } from "../test/fixtures.ts";
import { readMessage } from "./intents/envelope.ts";
import { powertoolsTelemetry } from "./telemetry.ts";

const logged: string[] = [];

beforeEach(() => {
  // Powertools then writes with the global console instead of one of its own.
  vi.stubEnv("POWERTOOLS_DEV", "true");
  for (const level of ["error", "warn", "info"] as const) {
    vi.spyOn(console, level).mockImplementation((text) => logged.push(String(text)));
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("names a failed intent by its ids, and logs nothing of what it asks", () => {
  const message = readMessage(
    aBody({ data: someData({ parameters: { text: "SECRET" }, target: { email: "SECRET" } }) }),
    SOURCES,
  );
  if (message.kind !== "intent") throw new TypeError("The message holds an intent.");
  const telemetry = telemetryOfATest();
  telemetry.failed(message.received, new Error("out of reach"));
  telemetry.failed({ messageId: "m-1" }, "odd");
  const all = logged.join("\n");
  expect(all).toContain(message.received.action_intent_id);
  expect(all).toContain("out of reach");
  expect(all).toContain("m-1");
  expect(all).not.toContain("SECRET");
});

const EmbeddedMetrics = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

test("writes every metric of the topology under its name, by its dimensions", () => {
  const written: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text) => written.push(String(text)));
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  const telemetry = telemetryOfATest();

  telemetry.retried("record", "CONFLICT");
  telemetry.clockDiffers(-86_400_000);
  telemetry.decided({
    record: { decision: "BLOCK", reason: "KILL_SWITCH" },
    adopted: false,
    occurredAtMs: 0,
  });
  telemetry.quarantined({
    kind: "refused",
    errorCode: "MALFORMED_MESSAGE",
    errorDetail: "not JSON",
    record: aRecord("m-1", "?"),
  });
  telemetry.batch({ messages: 2, failures: 1 });

  const metrics = written.flatMap((line) =>
    EmbeddedMetrics.parse(JSON.parse(line))._aws.CloudWatchMetrics.flatMap(
      ({ Namespace, Dimensions, Metrics }) =>
        Metrics.map(({ Name }) => `${Namespace} ${Name} by ${Dimensions.map(String)}`),
    ),
  );
  expect(metrics.sort()).toEqual(
    Object.values(METRICS)
      .map(
        ({ name, dimensions }) =>
          `${METRICS_NAMESPACE} ${name} by ${["service", ...dimensions].map(String)}`,
      )
      .sort(),
  );
});

test("counts decisions and retries of one batch by what they were, and begins the next at none", () => {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text) => lines.push(String(text)));
  vi.stubEnv("POWERTOOLS_METRICS_DISABLED", "false");
  const telemetry = telemetryOfATest(() => 5_000);
  const decided = (adopted: boolean, occurredAtMs: number | undefined) =>
    telemetry.decided({
      record: { decision: "BLOCK", reason: "KILL_SWITCH" },
      adopted,
      occurredAtMs,
    });
  decided(false, 4_000);
  decided(false, undefined);
  decided(true, 1_000);
  telemetry.retried("record", "CONFLICT");
  telemetry.retried("record", "CONFLICT");
  telemetry.batch({ messages: 3, failures: 2 });

  const metrics = lines.map((line) => JSON.parse(line));
  expect(metrics).toContainEqual(
    expect.objectContaining({ decision: "BLOCK", reason: "KILL_SWITCH", Decisions: 2 }),
  );
  expect(metrics).toContainEqual(
    expect.objectContaining({ decision: "REPUBLISHED", reason: "-", Decisions: 1 }),
  );
  expect(metrics).toContainEqual(
    expect.objectContaining({ operation: "record", code: "CONFLICT", Retries: 2 }),
  );
  expect(metrics).toContainEqual(
    expect.objectContaining({ MessageFailures: 2, DecisionLatency: 1_000 }),
  );

  lines.length = 0;
  logged.length = 0;
  telemetry.batch({ messages: 0, failures: 0 });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(logged[0] ?? "")).toMatchObject({ messages: 0, decisions: {}, retries: {} });
});

function telemetryOfATest(epochMs: () => number = Date.now) {
  return powertoolsTelemetry(
    new Logger({ serviceName: "test" }),
    new Metrics({ namespace: METRICS_NAMESPACE, serviceName: "test" }),
    { epochMs, elapsedMs: () => 0, sleep: async () => {}, random: () => 0 },
  );
}
