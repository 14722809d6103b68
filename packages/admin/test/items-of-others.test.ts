import { scopeOf } from "@autonomy-gate/core/configuration";
import { PermanentError } from "@autonomy-gate/core/values";
import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const STOP = { engaged: true, effect: "BLOCK", reason: "Incident 7" };

/** What others may have stored beside what the gate knows. */
const EXTRAS: Readonly<Record<string, Record<string, AttributeValue>>> = {
  "an integer beyond a double": { version: { N: "1795337400000000000" } },
  "a fraction finer than a double": { version: { N: "0.12345678901234567890123" } },
  "the largest number there is": { version: { N: `9.9999999999999999999999999999999999999E+125` } },
  "such numbers in lists, maps and sets": {
    nested: { L: [{ M: { deep: { N: "1795337400000000001" } } }] },
    numbers: { NS: ["1", "0.12345678901234567890123", "1795337400000000000"] },
    texts: { SS: ["a", "b"] },
    bytes: { B: new Uint8Array([0, 255]) },
    nothing: { NULL: true },
  },
  "more attributes than a condition can name": Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [`tag_${index}`, { N: String(index) }]),
  ),
};

describe("items that others wrote", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  let count = 0;
  /** An account in which others stored an object. */
  const accountWith = async (sk: string, attributes: Record<string, AttributeValue>) => {
    const account_id = `others-${count++}`;
    const pk = `TENANT#acme#ACCOUNT#${account_id}`;
    const Item = { pk: { S: pk }, sk: { S: sk }, ...attributes };
    await admin.doc.send(new PutItemCommand({ TableName: TABLES.config, Item }));
    return account_id;
  };

  it.each(Object.entries(EXTRAS))(
    "do not keep a stop from being engaged: %s",
    async (_, extras) => {
      const off = { engaged: { BOOL: false }, effect: { S: "BLOCK" } };
      const account_id = await accountWith("KILL_SWITCH", { ...off, ...extras });
      const put = await admin.send("PUT", "/kill-switch", { key, body: { account_id, ...STOP } });
      expect(put.status).toBe(200);
      const path = `/kill-switch?account_id=${account_id}`;
      const { json } = await admin.send("GET", path, { key });
      expect(json.kill_switch).toMatchObject(STOP);
      const audit = await admin.send("GET", "/audit?tenant_id=acme&limit=1", { key });
      expect(audit.json.entries).toMatchObject([
        { account_id, before: { engaged: false, effect: "BLOCK" }, after: STOP },
      ]);
      expect(Object.keys(audit.json.entries[0].before)).toEqual(
        expect.arrayContaining(Object.keys(extras)),
      );
    },
  );

  it.each(Object.entries(EXTRAS))("are deleted by their etag: %s", async (_, extras) => {
    const account_id = await accountWith("AUTONOMY#DEFAULT", {
      mode: { S: "AUTO_EXECUTE" },
      ...extras,
    });
    const path = `/config?account_id=${account_id}`;
    const list = await admin.send("GET", path, { key });
    const headers = { "if-match": list.json.configs[0].etag };
    expect((await admin.send("DELETE", path, { key, headers })).status).toBe(204);
    expect((await admin.send("GET", path, { key })).json.configs).toEqual([]);
  });

  it("are kept in the audit trail to the last digit", async () => {
    const version = { N: "1795337400000000001" };
    const account_id = await accountWith("KILL_SWITCH", { engaged: { BOOL: false }, version });
    await admin.send("PUT", "/kill-switch", { key, body: { account_id, ...STOP } });
    const { Items } = await admin.doc.send(
      new ScanCommand({
        TableName: TABLES.ledger,
        FilterExpression: "account_id = :account",
        ExpressionAttributeValues: { ":account": { S: account_id } },
      }),
    );
    expect(Items).toMatchObject([{ before: { M: { engaged: { BOOL: false }, version } } }]);
  });

  it("a change that cannot be stored fails at once and for good", async () => {
    const change = {
      scope: scopeOf(),
      object: { kind: "KILL_SWITCH", owner: "PLATFORM" } as const,
      after: { engaged: true, version: Number.MAX_SAFE_INTEGER + 1 },
      actor: "test",
      action: "test",
      request_id: "r",
      at: "2026-11-22T09:30:00.000Z",
    };
    await expect(admin.ports.config.write(change)).rejects.toBeInstanceOf(PermanentError);
  });

  it("a change that the account's budget state cannot be fenced for fails at once, and changes nothing", async () => {
    const account_id = await accountWith("KILL_SWITCH", { engaged: { BOOL: false } });
    const pk = `TENANT#acme#ACCOUNT#${account_id}`;
    const Item = { pk: { S: pk }, sk: { S: "BUDGET_STATE#CURRENT" }, fence: { S: "three" } };
    await admin.doc.send(new PutItemCommand({ TableName: TABLES.budgetState, Item }));
    const put = await admin.send("PUT", "/kill-switch", { key, body: { account_id, ...STOP } });
    expect(put).toMatchObject({ status: 500, json: { error: "Internal server error" } });
    const { json } = await admin.send("GET", `/kill-switch?account_id=${account_id}`, { key });
    expect(json.kill_switch).toMatchObject({ engaged: false });
  });
});
