import { DECISIONS_INDEX } from "@autonomy-gate/core/topology";
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  NAMES,
  openTestDatabase,
  reasonsOf,
  type TransactItem,
} from "../../test/dynamodb/test-database.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const transact = (items: TransactItem[], token?: string) =>
  database.doc.send(
    new TransactWriteCommand({
      TransactItems: items,
      ...(token !== undefined && { ClientRequestToken: token }),
    }),
  );

const read = async (pk: string, sk = "item", table = NAMES.config) => {
  const { Item } = await database.doc.send(
    new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }),
  );
  return Item;
};

const put = (pk: string, attributes: Record<string, unknown> = {}) =>
  database.doc.send(
    new PutCommand({ TableName: NAMES.config, Item: { pk, sk: "item", ...attributes } }),
  );

const newItem = (pk: string, attributes: Record<string, unknown> = {}) => ({
  TableName: NAMES.config,
  Item: { pk, sk: "item", ...attributes },
  ConditionExpression: "attribute_not_exists(pk)",
});

const putNew = (pk: string, attributes: Record<string, unknown> = {}): TransactItem => ({
  Put: { ...newItem(pk, attributes), ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
});

const counter = (pk: string, max = 100) => ({
  TableName: NAMES.config,
  Key: { pk, sk: "item" },
  UpdateExpression: "ADD used :one",
  ConditionExpression: "attribute_not_exists(used) OR used < :max",
  ExpressionAttributeValues: { ":one": 1, ":max": max },
});

const increment = (pk: string, max = 100): TransactItem => ({
  Update: { ...counter(pk, max), ReturnValuesOnConditionCheckFailure: "ALL_OLD" },
});

describe("a transaction", () => {
  it("does its put, update, delete and condition check, across tables", async () => {
    await put("all-delete");
    await put("all-check", { state: "ready" });
    await transact([
      putNew("all-put", { word: "new" }),
      { Update: { ...counter("all-update"), TableName: NAMES.budgetState } },
      { Delete: { TableName: NAMES.config, Key: { pk: "all-delete", sk: "item" } } },
      {
        ConditionCheck: {
          TableName: NAMES.config,
          Key: { pk: "all-check", sk: "item" },
          ConditionExpression: "#s = :ready",
          ExpressionAttributeNames: { "#s": "state" },
          ExpressionAttributeValues: { ":ready": "ready" },
        },
      },
    ]);
    expect(await read("all-put")).toEqual({ pk: "all-put", sk: "item", word: "new" });
    expect(await read("all-update", "item", NAMES.budgetState)).toMatchObject({ used: 1 });
    expect(await read("all-delete")).toBeUndefined();
    expect(await read("all-check")).toMatchObject({ state: "ready" });
  });

  it("writes nothing when one condition fails, wherever it stands", async () => {
    await put("atomic-taken");
    await put("atomic-kept", { used: 5 });
    for (const position of [0, 1, 2]) {
      const items = [putNew("atomic-a"), increment("atomic-kept")];
      items.splice(position, 0, putNew("atomic-taken"));
      await expect(transact(items)).rejects.toThrow("ConditionalCheckFailed");
    }
    expect(await read("atomic-a")).toBeUndefined();
    expect(await read("atomic-kept")).toMatchObject({ used: 5 });
  });

  it("names each item's reason in order, with the stored item where ALL_OLD asks for it", async () => {
    await put("reasons-taken", { word: "old" });
    await put("reasons-full", { used: 3 });
    await put("reasons-text", { used: "text" });
    const addToText = {
      ...counter("reasons-text"),
      UpdateExpression: "SET used = used + :one",
      ConditionExpression: "used <> :max",
    };
    const reasons = await reasonsOf(
      transact([
        putNew("reasons-new"),
        putNew("reasons-taken"),
        increment("reasons-full", 3),
        { Put: newItem("reasons-also-new") },
        { Update: { ...counter("reasons-absent"), ConditionExpression: "used < :max" } },
        { Update: addToText },
      ]),
    );
    const failed = { Code: "ConditionalCheckFailed", Message: "The conditional request failed" };
    const key = (pk: string) => ({ pk: { S: pk }, sk: { S: "item" } });
    expect(reasons).toEqual([
      { Code: "None" },
      { ...failed, Item: { ...key("reasons-taken"), word: { S: "old" } } },
      { ...failed, Item: { ...key("reasons-full"), used: { N: "3" } } },
      { Code: "None" },
      failed,
      {
        Code: "ValidationError",
        Message: "An operand in the update expression has an incorrect data type",
      },
    ]);
  });

  it("returns no item with a failed condition unless ALL_OLD asks for it", async () => {
    await put("silent", { word: "stored" });
    const reasons = await reasonsOf(transact([{ Put: newItem("silent") }]));
    expect(reasons).toEqual([
      { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
    ]);
  });

  it("takes 100 items and refuses 101", async () => {
    const items = Array.from({ length: 101 }, (_, index) => putNew(`hundred-${index}`));
    await expect(transact(items)).rejects.toMatchObject({ name: "ValidationException" });
    expect(await read("hundred-0")).toBeUndefined();
    await transact(items.slice(0, 100));
    const keys = items.slice(0, 100).map((_, index) => ({ pk: `hundred-${index}`, sk: "item" }));
    const { Responses } = await database.doc.send(
      new BatchGetCommand({
        RequestItems: { [NAMES.config]: { Keys: keys, ConsistentRead: true } },
      }),
    );
    expect(Responses?.[NAMES.config]).toHaveLength(100);
  });

  it("refuses no items, two actions in one entry, and an unknown table", async () => {
    await expect(transact([])).rejects.toMatchObject({ name: "ValidationException" });
    await expect(
      transact([{ ...putNew("two-actions"), ...increment("two-actions") }]),
    ).rejects.toMatchObject({ name: "ValidationException" });
    await expect(
      transact([{ Put: { TableName: "nowhere", Item: { pk: "a", sk: "b" } } }]),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses the same item twice", async () => {
    await expect(
      transact([increment("twice"), putNew("other"), increment("twice")]),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: "Transaction request cannot include multiple operations on one item",
    });
    expect(await read("other")).toBeUndefined();
  });

  it("is refused whole for an empty key, and cancelled for a key of the wrong type", async () => {
    await expect(transact([putNew("")])).rejects.toMatchObject({ name: "ValidationException" });
    await expect(
      transact([
        putNew("key-type"),
        { Put: { TableName: NAMES.config, Item: { pk: 1, sk: "a" } } },
      ]),
    ).rejects.toMatchObject({
      CancellationReasons: [{ Code: "None" }, { Code: "ValidationError" }],
    });
  });

  it("refuses a malformed expression, an unused value and an expression above 4 KB", async () => {
    const withCondition = (ConditionExpression: string): TransactItem => ({
      Put: { ...newItem("expression"), ConditionExpression },
    });
    const invalid = { name: "ValidationException" };
    await expect(transact([withCondition("attribute_exists(")])).rejects.toMatchObject(invalid);
    const unused = { ...counter("expression"), ConditionExpression: "attribute_exists(pk)" };
    await expect(transact([{ Update: unused }])).rejects.toMatchObject(invalid);
    const fits = `attribute_not_exists(${"a".repeat(4096 - 22)})`;
    await transact([withCondition(fits)]);
    await expect(transact([withCondition(fits.replace("(", "( "))])).rejects.toMatchObject({
      ...invalid,
      message: expect.stringContaining("Expression size has exceeded"),
    });
  });

  it("holds at most 4 MB of items together", async () => {
    const body = "x".repeat(390_000);
    const items = Array.from({ length: 11 }, (_, index) => putNew(`large-${index}`, { body }));
    await expect(transact(items)).rejects.toMatchObject({ name: "ValidationException" });
    expect(await read("large-0")).toBeUndefined();
    await transact(items.slice(0, 10));
    expect(await read("large-9")).toMatchObject({ body });
  });

  it("keeps the index in step with the items it writes", async () => {
    const key = { pk: "indexed", sk: "DECISION#1" };
    const indexed = async () => {
      const { Items } = await database.doc.send(
        new QueryCommand({
          TableName: NAMES.ledger,
          IndexName: DECISIONS_INDEX,
          KeyConditionExpression: "list_pk = :shard",
          ExpressionAttributeValues: { ":shard": "shard" },
        }),
      );
      return Items;
    };
    const entry = { ...key, list_pk: "shard", decided_at: "1", decision: "BLOCK", detail: "long" };
    await transact([{ Put: { TableName: NAMES.ledger, Item: entry } }]);
    const { detail: _, ...projected } = entry;
    expect(await indexed()).toEqual([projected]);
    await transact([{ Put: { TableName: NAMES.ledger, Item: { ...entry, decided_at: "2" } } }]);
    expect(await indexed()).toEqual([{ ...projected, decided_at: "2" }]);
    await database.doc.send(new DeleteCommand({ TableName: NAMES.ledger, Key: key }));
    expect(await indexed()).toEqual([]);
  });

  it("costs twice the write units of its items", async () => {
    const { ConsumedCapacity } = await database.doc.send(
      new TransactWriteCommand({
        TransactItems: [putNew("capacity-1"), putNew("capacity-2", { body: "x".repeat(1500) })],
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(ConsumedCapacity).toMatchObject([{ TableName: NAMES.config, CapacityUnits: 6 }]);
  });
});

describe("a repeated ClientRequestToken", () => {
  it("does nothing again", async () => {
    await transact([increment("token")], "token-1");
    await transact([increment("token")], "token-1");
    expect(await read("token")).toMatchObject({ used: 1 });
  });

  it("is refused with other items", async () => {
    await transact([increment("mismatch")], "token-2");
    await expect(transact([increment("mismatch", 7)], "token-2")).rejects.toMatchObject({
      name: "IdempotentParameterMismatchException",
    });
  });

  it("runs again when the first attempt was cancelled", async () => {
    await put("token-retry", { used: 1 });
    await expect(transact([increment("token-retry", 1)], "token-3")).rejects.toThrow();
    await put("token-retry", { used: 0 });
    await transact([increment("token-retry", 1)], "token-3");
    expect(await read("token-retry")).toMatchObject({ used: 1 });
  });
});
