import {
  GetCommand,
  PutCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMES, openTestDatabase, reasonsOf } from "../../test/dynamodb/test-database.ts";
import type { JsonObject } from "./dynalite.ts";
import { openEngine } from "./engine.ts";
import { perform } from "./perform.ts";

const PARALLEL = 64;
/** Each round of retries sends what is left of them again: the requests grow with the square. */
const PARALLEL_TRANSACTIONS = 32;
const ATTEMPTS_MAX = 1000;

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const keyOf = (pk: string) => ({ TableName: NAMES.budgetState, Key: { pk, sk: "item" } });

const claim = (pk: string, max: number) => ({
  ...keyOf(pk),
  UpdateExpression: "ADD used :one",
  ConditionExpression: "attribute_not_exists(used) OR used < :max",
  ExpressionAttributeValues: { ":one": 1, ":max": max },
});

const read = async (pk: string) =>
  (await database.doc.send(new GetCommand({ ...keyOf(pk), ConsistentRead: true }))).Item;

describe("writes of one item in parallel", () => {
  it("never pass the limit, and each admitted one counts once, through plain updates", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: PARALLEL }, () =>
        database.doc.send(new UpdateCommand(claim("plain", 40))),
      ),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(40);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        expect(outcome.reason).toMatchObject({ name: "ConditionalCheckFailedException" });
      }
    }
    expect(await read("plain")).toMatchObject({ used: 40 });
  });

  it("conflict and, retried, sum up exactly, through transactions", async () => {
    let conflicts = 0;
    const claimOnce = async (index: number): Promise<boolean> => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
        const record = { ...keyOf("x"), Item: { pk: `claimed-${index}`, sk: "item" } };
        const reasons = await reasonsOf(
          database.doc.send(
            new TransactWriteCommand({
              TransactItems: [
                { Put: { TableName: record.TableName, Item: record.Item } },
                { Update: claim("transacted", 20) },
              ],
            }),
          ),
        );
        if (reasons === undefined) return true;
        if (!reasons.some(({ Code }) => Code === "TransactionConflict")) return false;
        conflicts += 1;
      }
      throw new Error(`No answer but conflicts in ${ATTEMPTS_MAX} attempts`);
    };
    const admitted = await Promise.all(
      Array.from({ length: PARALLEL_TRANSACTIONS }, (_, index) => claimOnce(index)),
    );
    expect(admitted.filter(Boolean)).toHaveLength(20);
    expect(await read("transacted")).toMatchObject({ used: 20 });
    const records = await Promise.all(admitted.map((_, index) => read(`claimed-${index}`)));
    expect(records.map((record) => record !== undefined)).toEqual(admitted);
    expect(conflicts).toBeGreaterThan(0);
  });

  it("are never seen half done by TransactGetItems", async () => {
    for (const pk of ["left", "right"]) {
      await database.doc.send(
        new PutCommand({ TableName: NAMES.budgetState, Item: { pk, sk: "item", used: 100 } }),
      );
    }
    const move = (pk: string, amount: number) => ({
      Update: {
        ...keyOf(pk),
        UpdateExpression: "ADD used :amount",
        ExpressionAttributeValues: { ":amount": amount },
      },
    });
    const writes = Array.from({ length: PARALLEL }, (_, index) =>
      reasonsOf(
        database.doc.send(
          new TransactWriteCommand({ TransactItems: [move("left", -index), move("right", index)] }),
        ),
      ),
    );
    const sums = Array.from({ length: PARALLEL }, async () => {
      const Get = (pk: string) => ({ Get: keyOf(pk) });
      try {
        const { Responses = [] } = await database.doc.send(
          new TransactGetCommand({ TransactItems: [Get("left"), Get("right")] }),
        );
        return Responses.reduce((sum, { Item }) => sum + Item?.used, 0);
      } catch (error) {
        expect(error).toMatchObject({ name: "TransactionCanceledException" });
        return undefined;
      }
    });
    await Promise.all(writes);
    const seen = (await Promise.all(sums)).filter((sum) => sum !== undefined);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set([200]));
  });
});

/** Called in one turn of the event loop, so the second request meets the first one half way. */
describe("a write that meets another on the same item", () => {
  const Key = { pk: { S: "met" }, sk: { S: "item" } };
  const Item = { ...Key, word: { S: "written" } };
  const write: [string, JsonObject] = ["PutItem", { TableName: "config", Item }];
  const transactionOn = (...items: JsonObject[]): [string, JsonObject] => [
    "TransactWriteItems",
    { TransactItems: items.map((item) => ({ Put: { TableName: "config", Item: item } })) },
  ];
  const other = { pk: { S: "other" }, sk: { S: "item" } };

  async function both(first: [string, JsonObject], second: [string, JsonObject]) {
    const engine = await openEngine();
    const keys = ["pk", "sk"];
    await perform(engine, "CreateTable", {
      TableName: "config",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: keys.map((AttributeName, index) => ({
        AttributeName,
        KeyType: index === 0 ? "HASH" : "RANGE",
      })),
    });
    await expect
      .poll(() => perform(engine, "DescribeTable", { TableName: "config" }))
      .toMatchObject({ Table: { TableStatus: "ACTIVE" } });
    const outcomes = await Promise.allSettled([
      perform(engine, ...first),
      perform(engine, ...second),
    ]);
    const later = await perform(engine, "TransactWriteItems", transactionOn(Item, other)[1]);
    return { outcomes, later };
  }

  const conflictOn = (...codes: string[]) => ({
    body: {
      __type: expect.stringContaining("TransactionCanceledException"),
      CancellationReasons: codes.map((Code) => ({ Code })),
    },
  });

  it("cancels a transaction that meets a transaction, for that item alone", async () => {
    const { outcomes } = await both(transactionOn(Item), transactionOn(other, Item));
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: conflictOn("None", "TransactionConflict") },
    ]);
  });

  it("cancels a transaction that meets a plain write", async () => {
    const { outcomes } = await both(write, transactionOn(other, Item));
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: conflictOn("None", "TransactionConflict") },
    ]);
  });

  it("refuses a plain write that meets a transaction", async () => {
    const { outcomes } = await both(transactionOn(Item), write);
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      {
        status: "rejected",
        reason: { body: { __type: expect.stringContaining("TransactionConflictException") } },
      },
    ]);
  });

  it("cancels a transactional read that meets a transaction", async () => {
    const get = { TransactItems: [{ Get: { TableName: "config", Key } }] };
    const { outcomes } = await both(transactionOn(Item), ["TransactGetItems", get]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: conflictOn("TransactionConflict") },
    ]);
  });

  it("leaves a batch's write unprocessed when it meets a transaction, and does the others", async () => {
    const entries = [Item, other].map((item) => ({ PutRequest: { Item: item } }));
    const batch: JsonObject = { RequestItems: { config: entries } };
    const { outcomes } = await both(transactionOn(Item), ["BatchWriteItem", batch]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "fulfilled", value: { UnprocessedItems: { config: [entries[0]] } } },
    ]);
  });

  it("refuses a token whose first request is still running", async () => {
    const [operation, body] = transactionOn(Item);
    const request: [string, JsonObject] = [operation, { ...body, ClientRequestToken: "same" }];
    const { outcomes } = await both(request, [operation, structuredClone(request[1])]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      {
        status: "rejected",
        reason: { body: { __type: expect.stringContaining("TransactionInProgressException") } },
      },
    ]);
  });

  it("leaves no lock behind", async () => {
    const { later } = await both(transactionOn(Item, other), write);
    expect(later).toEqual({});
  });
});
