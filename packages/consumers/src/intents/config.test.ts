import { expect, test } from "vitest";
import { consumerConfigFrom } from "./config.ts";

const ENVIRONMENT = {
  AUTONOMY_CONFIG_TABLE_NAME: "config",
  AUTONOMY_BUDGET_STATE_TABLE_NAME: "budget",
  AUTONOMY_LEDGER_TABLE_NAME: "ledger",
  AUTONOMY_EVENT_BUS_NAME: "bus",
  AUTONOMY_QUARANTINE_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/000000000000/quarantine",
};

test("the environment is read whole, with the contract's source when none is named", () => {
  expect(consumerConfigFrom(ENVIRONMENT)).toEqual({
    tables: { config: "config", budgetState: "budget", ledger: "ledger" },
    busName: "bus",
    quarantineUrl: ENVIRONMENT.AUTONOMY_QUARANTINE_QUEUE_URL,
    intentSources: ["cc-native.decision"],
  });
});

test.each(Object.keys(ENVIRONMENT))("without %s the cold start stops, by its name", (name) => {
  expect(() => consumerConfigFrom({ ...ENVIRONMENT, [name]: undefined })).toThrow(name);
  expect(() => consumerConfigFrom({ ...ENVIRONMENT, [name]: "" })).toThrow(name);
});

test("all that is missing is named at once", () => {
  for (const name of Object.keys(ENVIRONMENT)) expect(() => consumerConfigFrom({})).toThrow(name);
});

test("sources are separated by commas; what stands between two of them is no source", () => {
  const sources = (text: string) =>
    consumerConfigFrom({ ...ENVIRONMENT, AUTONOMY_INTENT_SOURCES: text }).intentSources;
  expect(sources("a.b, c.d")).toEqual(["a.b", "c.d"]);
  expect(sources("a.b,,c.d,")).toEqual(["a.b", "c.d"]);
  expect(() => sources(" , ")).toThrow("AUTONOMY_INTENT_SOURCES");
});
