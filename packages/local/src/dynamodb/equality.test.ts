import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NAMES, openTestDatabase } from "../../test/dynamodb/test-database.ts";

let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** Whether a write on the condition that the stored value equals another one is let through. */
async function equals(stored: unknown, value: unknown): Promise<boolean> {
  const Item = { pk: "p", sk: "s", value: stored };
  await database.doc.send(new PutCommand({ TableName: NAMES.config, Item }));
  try {
    await database.doc.send(
      new PutCommand({
        TableName: NAMES.config,
        Item,
        ConditionExpression: "#value = :value",
        ExpressionAttributeNames: { "#value": "value" },
        ExpressionAttributeValues: { ":value": value },
      }),
    );
    return true;
  } catch {
    return false;
  }
}

it("compares lists and maps by what they hold, as DynamoDB does", async () => {
  expect(await equals(["A", "B"], ["A", "B"])).toBe(true);
  expect(await equals(["A", "B"], ["B", "A"])).toBe(false);
  expect(await equals(["A"], ["A", "A"])).toBe(false);
  expect(await equals({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(await equals({ a: 1 }, { a: 2 })).toBe(false);
  expect(await equals({ a: 1 }, { a: 1, b: 1 })).toBe(false);
  expect(await equals(new Set(["A", "B"]), new Set(["B", "A"]))).toBe(true);
});
