import { expect, test } from "vitest";
import { approvalsConfigFrom, sweepConfigFrom } from "./config.ts";

const ENVIRONMENT = {
  AUTONOMY_CONFIG_TABLE_NAME: "config",
  AUTONOMY_LEDGER_TABLE_NAME: "ledger",
  AUTONOMY_ACTIONS_TABLE_NAME: "actions",
  AUTONOMY_EVENT_BUS_NAME: "bus",
  AUTONOMY_QUARANTINE_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/1/quarantine",
};

test("the environment is read whole", () => {
  expect(approvalsConfigFrom(ENVIRONMENT)).toEqual({
    tables: { config: "config", ledger: "ledger", actions: "actions" },
    busName: "bus",
    quarantineUrl: ENVIRONMENT.AUTONOMY_QUARANTINE_QUEUE_URL,
    intentSources: ["cc-native.decision"],
  });
  expect(sweepConfigFrom(ENVIRONMENT)).toEqual({
    tables: { ledger: "ledger", actions: "actions" },
    busName: "bus",
    payloadRetentionDays: 90,
  });
});

test.each(Object.keys(ENVIRONMENT))("without %s the cold start stops, by its name", (name) => {
  expect(() => approvalsConfigFrom({ ...ENVIRONMENT, [name]: undefined })).toThrow(name);
});

test.each(["0", "2556", "1.5", "", "ninety"])("a payload is not kept %j days", (days) => {
  const environment = { ...ENVIRONMENT, AUTONOMY_PAYLOAD_RETENTION_DAYS: days };
  expect(() => sweepConfigFrom(environment)).toThrow("AUTONOMY_PAYLOAD_RETENTION_DAYS");
});

test("a payload is kept 1 to 2,555 days", () => {
  const days = (text: string) =>
    sweepConfigFrom({ ...ENVIRONMENT, AUTONOMY_PAYLOAD_RETENTION_DAYS: text }).payloadRetentionDays;
  expect([days("1"), days("2555")]).toEqual([1, 2_555]);
});
