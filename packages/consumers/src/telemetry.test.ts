import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { aBody, SOURCES, someData } from "../test/fixtures.ts";
import { readMessage } from "./intents/envelope.ts";
import { METRICS_NAMESPACE, powertoolsTelemetry } from "./telemetry.ts";

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
  const telemetry = powertoolsTelemetry(
    new Logger({ serviceName: "test" }),
    new Metrics({ namespace: METRICS_NAMESPACE, serviceName: "test" }),
    { epochMs: Date.now, elapsedMs: () => 0, sleep: async () => {}, random: () => 0 },
  );
  telemetry.failed(message.received, new Error("out of reach"));
  telemetry.failed({ messageId: "m-1" }, "odd");
  const all = logged.join("\n");
  expect(all).toContain(message.received.action_intent_id);
  expect(all).toContain("out of reach");
  expect(all).toContain("m-1");
  expect(all).not.toContain("SECRET");
});
