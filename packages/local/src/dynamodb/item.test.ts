import { DECISIONS_INDEX } from "@autonomy-gate/core/topology";
import { GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NAMES, openTestDatabase } from "../../test/dynamodb/test-database.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const keyOf = (pk: string, sk = "item") => ({ TableName: NAMES.config, Key: { pk, sk } });
const put = (pk: string, attributes: Record<string, unknown> = {}) =>
  database.doc.send(
    new PutCommand({ TableName: NAMES.config, Item: { pk, sk: "item", ...attributes } }),
  );
const read = async (pk: string) => (await database.doc.send(new GetCommand(keyOf(pk)))).Item;

describe("a failed condition on a single write", () => {
  const asked = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const };
  const absent = { ConditionExpression: "attribute_not_exists(pk)" };
  const failed = (Item?: object) => ({ name: "ConditionalCheckFailedException", Item });
  const writes = (pk: string, options: { ReturnValuesOnConditionCheckFailure?: "ALL_OLD" }) => [
    () =>
      database.doc.send(
        new PutCommand({ TableName: NAMES.config, Item: keyOf(pk).Key, ...absent, ...options }),
      ),
    () =>
      database.doc.send(
        new UpdateCommand({
          ...keyOf(pk),
          ...absent,
          ...options,
          UpdateExpression: "SET word = :word",
          ExpressionAttributeValues: { ":word": "new" },
        }),
      ),
    () => database.doc.send(new DeleteCommand({ ...keyOf(pk), ...absent, ...options })),
  ];

  it("brings the stored item back when ALL_OLD asks for it, and changes nothing", async () => {
    await put("old", { word: "stored" });
    for (const write of writes("old", asked)) {
      await expect(write()).rejects.toMatchObject(failed({ word: { S: "stored" } }));
    }
    expect(await read("old")).toMatchObject({ word: "stored" });
  });

  it("brings no item back unless asked", async () => {
    await put("old-silent", { word: "stored" });
    for (const write of writes("old-silent", {})) {
      await expect(write()).rejects.toMatchObject(failed());
    }
  });

  it("brings no item back where there is none", async () => {
    await expect(
      database.doc.send(
        new DeleteCommand({
          ...keyOf("nothing"),
          ConditionExpression: "attribute_exists(pk)",
          ...asked,
        }),
      ),
    ).rejects.toMatchObject(failed());
  });
});

describe("an item", () => {
  it("keeps empty strings outside its key, nested ones too", async () => {
    const attributes = { text: "", list: [""], map: { text: "" } };
    await put("empty", attributes);
    expect(await read("empty")).toMatchObject(attributes);
    await database.doc.send(
      new UpdateCommand({
        ...keyOf("empty"),
        UpdateExpression: "SET later = :empty",
        ConditionExpression: "#t = :empty",
        ExpressionAttributeNames: { "#t": "text" },
        ExpressionAttributeValues: { ":empty": "" },
      }),
    );
    expect(await read("empty")).toMatchObject({ later: "" });
    await expect(put("")).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("keeps 38 digits of a number through arithmetic and refuses 39", async () => {
    const Key = { pk: { S: "number" }, sk: { S: "item" } };
    const largest = "9".repeat(38);
    const stored = async () =>
      (await database.client.send(new GetItemCommand({ TableName: NAMES.config, Key }))).Item?.n?.N;
    const putNumber = (N: string) =>
      database.client.send(
        new PutItemCommand({ TableName: NAMES.config, Item: { ...Key, n: { N } } }),
      );
    await putNumber(largest);
    expect(await stored()).toBe(largest);
    await database.client.send(
      new UpdateItemCommand({
        TableName: NAMES.config,
        Key,
        UpdateExpression: "ADD n :minus",
        ConditionExpression: "n = :largest",
        ExpressionAttributeValues: { ":minus": { N: "-1" }, ":largest": { N: largest } },
      }),
    );
    expect(await stored()).toBe(`${"9".repeat(37)}8`);
    await expect(putNumber("9".repeat(39))).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("holds at most 400 KB", async () => {
    await expect(put("huge", { body: "x".repeat(409_600) })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("a read of many items", () => {
  const keys = Array.from({ length: 101 }, (_, index) => ({ pk: `many-${index}`, sk: "item" }));

  beforeAll(async () => {
    for (const from of [0, 25, 50, 75]) {
      const puts = keys.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      const { UnprocessedItems } = await database.doc.send(
        new BatchWriteCommand({ RequestItems: { [NAMES.config]: puts } }),
      );
      expect(UnprocessedItems).toEqual({});
    }
  });

  const batchGet = (Keys: typeof keys) =>
    database.doc.send(
      new BatchGetCommand({
        RequestItems: {
          [NAMES.config]: { Keys, ConsistentRead: true },
          [NAMES.ledger]: { Keys: [{ pk: "a", sk: "b" }] },
        },
      }),
    );

  it("finds up to 100 keys across tables, and says nothing of absent ones", async () => {
    const { Responses, UnprocessedKeys } = await batchGet(keys.slice(1, 100));
    expect(new Set(Responses?.[NAMES.config]?.map((item) => item.pk)).size).toBe(99);
    expect(Responses?.[NAMES.ledger]).toEqual([]);
    expect(UnprocessedKeys).toEqual({});
    await expect(batchGet(keys)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("answers TransactGetItems in the order asked, with projections and gaps", async () => {
    await put("got", { word: "yes", other: "no" });
    const { Responses } = await database.doc.send(
      new TransactGetCommand({
        TransactItems: [
          { Get: keyOf("absent") },
          {
            Get: {
              ...keyOf("got"),
              ProjectionExpression: "#w",
              ExpressionAttributeNames: { "#w": "word" },
            },
          },
          { Get: { ...keyOf("a", "b"), TableName: NAMES.ledger } },
          { Get: keyOf("got") },
        ],
      }),
    );
    expect(Responses).toEqual([
      {},
      { Item: { word: "yes" } },
      {},
      { Item: { pk: "got", sk: "item", word: "yes", other: "no" } },
    ]);
    const tooMany = keys.map((Key) => ({ Get: { TableName: NAMES.config, Key } }));
    await expect(
      database.doc.send(new TransactGetCommand({ TransactItems: tooMany })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("pages an index newest first, with the projected attributes only", async () => {
    const entry = (index: number) => ({
      pk: `account-${index % 3}`,
      sk: `DECISION#${index}`,
      list_pk: "shard-1",
      decided_at: String(index).padStart(3, "0"),
      decision: "BLOCK",
      reason: "TEST",
      detail: "not projected",
    });
    const entries = Array.from({ length: 25 }, (_, index) => entry(index));
    const puts = entries.map((Item) => ({ PutRequest: { Item } }));
    await database.doc.send(new BatchWriteCommand({ RequestItems: { [NAMES.ledger]: puts } }));
    await database.doc.send(
      new PutCommand({ TableName: NAMES.ledger, Item: { ...entry(99), list_pk: "shard-2" } }),
    );

    const pages: Record<string, unknown>[][] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await database.doc.send(
        new QueryCommand({
          TableName: NAMES.ledger,
          IndexName: DECISIONS_INDEX,
          KeyConditionExpression: "list_pk = :shard AND decided_at > :from",
          ExpressionAttributeValues: { ":shard": "shard-1", ":from": "001" },
          ScanIndexForward: false,
          Limit: 10,
          ...(from !== undefined && { ExclusiveStartKey: from }),
        }),
      );
      pages.push(Items);
      from = LastEvaluatedKey;
    } while (from !== undefined && pages.length < 10);

    const expected = entries
      .slice(2)
      .reverse()
      .map(({ detail: _, ...projected }) => projected);
    expect(pages.flat()).toEqual(expected);
    expect(pages.map((page) => page.length)).toEqual([10, 10, 3]);
  });
});
