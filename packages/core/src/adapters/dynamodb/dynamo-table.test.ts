import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { PermanentError, TransientError } from "../../errors.ts";
import type { Table } from "../../table/table.ts";
import { createDynamoClient } from "./client.ts";
import { dynamoTable } from "./dynamo-table.ts";

const NAMES = { config: "c-table", budgetState: "b-table", ledger: "l-table" };
const AT = { table: "config", pk: "p", sk: "s" } as const;
const PUT = { kind: "put", table: "config", item: { pk: "p", sk: "s", n: 1 } } as const;
const UPDATE = { kind: "update", ...AT, update: "ADD n :n", values: { ":n": 1 } } as const;
const QUERY = { table: "config", partition: "p", order: "ascending" } as const;

let inputs: object[];
let answer: () => object;

/** The SDK's client with the service's answer in its place. */
function table(): Table {
  const client = createDynamoClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  client.middlewareStack.add(
    () => async (args) => {
      inputs.push(args.input);
      return { response: {}, output: { $metadata: {}, ...answer() } };
    },
    { step: "initialize", name: "answer" },
  );
  return dynamoTable(client, NAMES);
}

beforeEach(() => {
  inputs = [];
  answer = () => ({});
});

describe("requests", () => {
  test("GATE-15: reads are strongly consistent, in every table they ask", async () => {
    await table().batchGet([AT, { ...AT, table: "ledger" }, { ...AT, sk: "s2" }]);
    await table().get(AT);
    await table().query(QUERY);
    const key = { pk: { S: "p" }, sk: { S: "s" } };
    expect(inputs).toMatchObject([
      {
        RequestItems: {
          "c-table": { ConsistentRead: true, Keys: [key, { ...key, sk: { S: "s2" } }] },
          "l-table": { ConsistentRead: true, Keys: [key] },
        },
      },
      { TableName: "c-table", Key: key, ConsistentRead: true },
      { TableName: "c-table", ConsistentRead: true, ScanIndexForward: true },
    ]);
  });

  test("a query by an index, which cannot be consistent, does not ask for it", async () => {
    const index = "decisions_by_time";
    await table().query({ ...QUERY, table: "ledger", index, order: "descending" });
    expect(inputs[0]).not.toHaveProperty("ConsistentRead");
    expect(inputs[0]).toMatchObject({ IndexName: index, ScanIndexForward: false });
    await expect(table().query({ ...QUERY, index: "none" })).rejects.toThrow("no index none");
  });

  test("only a write with a condition asks for the item that refuses it", async () => {
    await table().put(PUT);
    await table().put({ ...PUT, condition: "attribute_not_exists(pk)" });
    expect(inputs[0]).toEqual({
      TableName: "c-table",
      Item: { pk: { S: "p" }, sk: { S: "s" }, n: { N: "1" } },
    });
    expect(inputs[1]).toMatchObject({
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
  });

  test("a transaction sends each kind of write, and its token", async () => {
    await table().transact([PUT, UPDATE, { kind: "delete", ...AT }], "token");
    expect(inputs).toMatchObject([
      {
        ClientRequestToken: "token",
        TransactItems: [
          { Put: { TableName: "c-table" } },
          {
            Update: {
              UpdateExpression: "ADD n :n",
              ExpressionAttributeValues: { ":n": { N: "1" } },
            },
          },
          { Delete: { Key: { pk: { S: "p" } } } },
        ],
      },
    ]);
  });

  test("what DynamoDB cannot store is not sent, and no retry can help", async () => {
    const item = { ...PUT.item, n: Number.MAX_SAFE_INTEGER + 1 };
    await expect(table().put({ ...PUT, item })).rejects.toThrow(PermanentError);
    expect(inputs).toEqual([]);
  });
});

describe("replies", () => {
  test("what was not processed is named, with its table", async () => {
    const key = { pk: { S: "p" }, sk: { S: "s" } };
    answer = () => ({
      Responses: { "l-table": [{ ...key, n: { N: "2" } }] },
      UnprocessedKeys: { "b-table": { Keys: [key] } },
    });
    expect(await table().batchGet([AT])).toEqual({
      items: [{ table: "ledger", item: { pk: "p", sk: "s", n: 2 } }],
      unprocessed: [{ table: "budgetState", pk: "p", sk: "s" }],
    });
  });

  test("a refused write comes with the item, where there is one", async () => {
    const refusal = (more: object) => () => {
      throw new ConditionalCheckFailedException({ message: "", $metadata: {}, ...more });
    };
    answer = refusal({ Item: { n: { N: "1" } } });
    expect(await table().put(PUT)).toEqual({ status: "refused", item: { n: 1 } });
    answer = refusal({});
    expect(await table().update(UPDATE)).toEqual({ status: "refused", item: undefined });
    answer = refusal({ Item: {} });
    expect(await table().update(UPDATE)).toEqual({ status: "refused", item: undefined });
  });

  test("a refused transaction names what refused it; a conflict beside that does not matter", async () => {
    answer = cancelled(
      { Code: "None" },
      { Code: "ConditionalCheckFailed", Item: { n: { N: "1" } } },
      { Code: "TransactionConflict" },
      { Code: "ConditionalCheckFailed" },
    );
    expect(await table().transact([PUT, UPDATE])).toEqual({
      status: "refused",
      refused: new Map([
        [1, { n: 1 }],
        [3, undefined],
      ]),
    });
  });
});

function cancelled(...CancellationReasons: object[]) {
  return () => {
    throw new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons });
  };
}

const REQUESTS = [
  ["BatchGetItem", () => table().batchGet([AT])],
  ["GetItem", () => table().get(AT)],
  ["PutItem", () => table().put(PUT)],
  ["UpdateItem", () => table().update(UPDATE)],
  ["TransactWriteItems", () => table().transact([PUT])],
  ["Query", () => table().query(QUERY)],
] as const;

const SAID = { message: "as the test asked", $metadata: {} };
const named = (name: string) => new DynamoDBServiceException({ ...SAID, name, $fault: "client" });

const FAULTS = [
  ["CONFLICT", new TransactionConflictException(SAID)],
  ["CONFLICT", new TransactionInProgressException(SAID)],
  ["THROTTLED", new ProvisionedThroughputExceededException(SAID)],
  ["THROTTLED", new RequestLimitExceeded(SAID)],
  ["THROTTLED", new ThrottlingException(SAID)],
  ["UNAVAILABLE", named("InternalServerError")],
  ["UNAVAILABLE", new Error("socket hang up")],
] as const;

function throws(error: Error) {
  return () => {
    throw error;
  };
}

describe.each(REQUESTS)("a fault of %s", (operation, send) => {
  test.each(FAULTS)("is transient: %s, for %s", async (code, thrown) => {
    answer = throws(thrown);
    const error: unknown = await send().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(operation) });
  });

  test("ValidationException is permanent, and says what is invalid", async () => {
    answer = throws(named("ValidationException"));
    const error: unknown = await send().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ message: expect.stringContaining("as the test asked") });
  });
});

describe("a transaction cancelled by no condition", () => {
  test.each([
    [["TransactionConflict", "None"], "CONFLICT"],
    [["ThrottlingError", "TransactionConflict"], "CONFLICT"],
    [["None", "ThrottlingError"], "THROTTLED"],
    [["ProvisionedThroughputExceeded"], "THROTTLED"],
    [["None"], "UNAVAILABLE"],
    [[], "UNAVAILABLE"],
  ])("for %j is transient: %s", async (codes, code) => {
    answer = cancelled(...codes.map((Code) => ({ Code })));
    await expect(table().transact([PUT])).rejects.toMatchObject({ code });
  });

  test("because it is invalid is permanent", async () => {
    answer = cancelled({ Code: "ValidationError" }, { Code: "TransactionConflict" });
    await expect(table().transact([PUT])).rejects.toThrow(PermanentError);
  });
});

test("a table without a name is a mistake of the program", async () => {
  const few = dynamoTable(createDynamoClient({ region: "us-east-1" }), { config: "c-table" });
  await expect(few.get({ ...AT, table: "ledger" })).rejects.toThrow("ledger has no name");
});
