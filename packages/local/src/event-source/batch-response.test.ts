import { describe, expect, it } from "vitest";
import { BatchFailedError, failedMessageIds } from "./batch-response.ts";

const ids = new Set(["one", "two"]);
const cyclic: Record<string, unknown> = {};
cyclic.batchItemFailures = cyclic;

describe("failedMessageIds", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty response", {}],
    ["a null list", { batchItemFailures: null }],
    ["an undefined list", { batchItemFailures: undefined }],
    ["an empty list", { batchItemFailures: [] }],
    ["a response about something else", { statusCode: 200 }],
    ["what JSON cannot hold", () => {}],
  ])("takes %s for success of all", (_name, response) => {
    expect(failedMessageIds(response, ids)).toEqual(new Set());
  });

  it("names the failed messages, each once", () => {
    const failures = ["two", "two"].map((itemIdentifier) => ({ itemIdentifier }));

    expect(failedMessageIds({ batchItemFailures: failures }, ids)).toEqual(new Set(["two"]));
  });

  it.each([
    ["an id not in the batch", { batchItemFailures: [{ itemIdentifier: "three" }] }],
    [
      "a known id beside an unknown",
      {
        batchItemFailures: [{ itemIdentifier: "one" }, { itemIdentifier: "three" }],
      },
    ],
    ["an empty id", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["a null id", { batchItemFailures: [{ itemIdentifier: null }] }],
    ["an id that is a number", { batchItemFailures: [{ itemIdentifier: 1 }] }],
    ["a failure without itemIdentifier", { batchItemFailures: [{ messageId: "one" }] }],
    ["a failure that is a bare id", { batchItemFailures: ["one"] }],
    ["a list that is no list", { batchItemFailures: "one" }],
    ["a response that is text", "ok"],
    ["a response that is a list", [{ itemIdentifier: "one" }]],
    ["a response that is true", true],
    ["a response that holds itself", cyclic],
    ["a response JSON refuses", { batchItemFailures: [], count: 1n }],
  ])("fails the whole batch for %s", (_name, response) => {
    expect(() => failedMessageIds(response, ids)).toThrow(BatchFailedError);
  });
});
