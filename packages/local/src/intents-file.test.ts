import { expect, it } from "vitest";
import { readIntents } from "./intents-file.ts";

const IDS = { action_intent_id: "ai_1", tenant_id: "acme", account_id: "acct_1" };

it("takes an event's detail as it is", () => {
  const detail = { metadata: { event_id: "ev_1" }, data: IDS };

  expect(readIntents(JSON.stringify(detail), "a file")).toEqual([detail]);
});

it("takes a detail without metadata as it is, to be filled in when it is published", () => {
  expect(readIntents(JSON.stringify({ data: IDS }), "a file")).toEqual([{ data: IDS }]);
});

it.each(Object.entries(IDS))(
  "wraps a bare intent whole that has a field data and %s: %s",
  (name, id) => {
    const bare = { [name]: id, data: { note: "the agent's own" } };

    expect(readIntents(JSON.stringify(bare), "a file")).toEqual([{ data: bare }]);
  },
);

it("reads one, an array, or one a line", () => {
  const intents = [{ data: { ...IDS, data: {} } }, { data: IDS }];
  const bare = intents.map(({ data }) => data);

  expect(readIntents(JSON.stringify(bare), "a file")).toEqual(intents);
  expect(readIntents(bare.map((intent) => JSON.stringify(intent)).join("\n"), "a file")).toEqual(
    intents,
  );
});

it.each([
  ["one", (json: string) => json],
  ["an array", (json: string) => `[${json}]`],
  ["one a line", (json: string) => `${json}\n${json}`],
])("refuses to round a whole number: %s", (_, written) => {
  const json = `{"action_intent_id":"ai_1","parameters":[{"ticket":9007199254740993}]}`;
  expect(() => readIntents(written(json), "a file")).toThrow(
    /^(a file|line 1|a file is neither JSON .*): .*parameters\.0\.ticket must be a number that a double holds; write it as text\.$/,
  );
});
