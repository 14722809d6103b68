import { createDynamoClient, dynamoTable } from "@autonomy-gate/core/adapters";
import { ThrottlingException } from "@aws-sdk/client-dynamodb";
import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasDigest, newApiKey } from "../src/keys/api-key.ts";
import { listApiKeys, revokeApiKey } from "../src/keys/api-keys.ts";
import { apiKeyStore } from "../src/keys/key-store.ts";
import { AWS, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("API keys", () => {
  let admin: TestAdmin;
  beforeAll(async () => {
    admin = await openAdmin();
  });
  afterAll(() => admin.close());

  const idOf = (key: string) => key.slice(4, 20);
  const statusWith = async (key: string) =>
    (await admin.send("GET", "/config?tenant_id=acme", { key })).status;

  it("has 256 random bits: no two of 2,000 are alike in any half", () => {
    const secrets = Array.from({ length: 2_000 }, () => newApiKey().api_key.slice(21));
    for (const half of [secrets.map((s) => s.slice(0, 21)), secrets.map((s) => s.slice(21))]) {
      expect(new Set(half).size).toBe(2_000);
    }
    expect(Buffer.from(secrets[0] ?? "", "base64url")).toHaveLength(32);
  });

  it("lets two keys live at once, and refuses a revoked one from then on", async () => {
    const first = await admin.newKey("acme", "viewer");
    const second = await admin.newKey("acme", "viewer");
    expect([await statusWith(first), await statusWith(second)]).toEqual([200, 200]);
    expect(await revokeApiKey(admin.table, idOf(first))).toBe(true);
    expect([await statusWith(first), await statusWith(second)]).toEqual([401, 200]);
    expect(await revokeApiKey(admin.table, "0".repeat(16))).toBe(false);
  });

  it("lists keys without what could be used of them", async () => {
    const key = await admin.newKey("listed", "operator");
    const listed = await listApiKeys(admin.table);
    expect(listed).toContainEqual({
      key_id: idOf(key),
      tenant_id: "listed",
      roles: ["operator"],
      kind: "SERVICE",
      created_at: expect.any(String),
      created_by: "terminal",
    });
    expect(JSON.stringify(listed)).not.toContain("sha256");
  });

  it("leaves no usable key in a dump of the tables", async () => {
    const key = await admin.newKey("acme", "admin");
    await admin.send("PUT", "/config", { key, body: { mode: "DISABLED" } });
    let dump = "";
    for (const table of Object.values(TABLES)) {
      const { Items } = await admin.doc.send(new ScanCommand({ TableName: table }));
      dump += JSON.stringify(Items);
    }
    expect(dump).toContain(idOf(key));
    expect(dump).not.toContain(key);
    expect(dump).not.toContain(key.slice(21));
    for (const [digest] of dump.matchAll(/[0-9a-f]{64}/g)) {
      expect(await statusWith(`agk_${idOf(key)}_${digest.slice(0, 43)}`)).toBe(401);
      expect(await statusWith(digest)).toBe(401);
    }
  });

  it("opens nothing by a stored key that is corrupt", async () => {
    const key = await admin.newKey("acme", "admin");
    const { Items = [] } = await admin.doc.send(new ScanCommand({ TableName: TABLES.config }));
    const stored = Items.find((item) => item.sk === idOf(key));
    for (const broken of [
      { tenant_id: "a#b" },
      { role: "root" },
      { sha256: "" },
      { sha256: "0" },
    ]) {
      await admin.doc.send(
        new PutCommand({ TableName: TABLES.config, Item: { ...stored, ...broken } }),
      );
      expect(await statusWith(key)).toBe(401);
    }
  });

  it("compares digests whole: only the key itself has its digest", () => {
    const { api_key } = newApiKey();
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        (text) => hasDigest(text, "0".repeat(64)) === false,
      ),
    );
    expect(hasDigest(api_key, "0".repeat(64))).toBe(false);
    expect(() => hasDigest(api_key, "short")).toThrow(RangeError);
  });

  it("is 429 when DynamoDB throttles the look-up, as for every other read", async () => {
    const throttled = createDynamoClient({ ...AWS, endpoint: admin.endpoint, maxAttempts: 1 });
    throttled.middlewareStack.add(() => async () => {
      throw new ThrottlingException({ message: "as the test asked", $metadata: {} });
    });
    const keys = apiKeyStore(dynamoTable(throttled, TABLES));
    const busy = await openAdmin(() => ({ authentication: { keys } }));
    const reply = await busy.send("GET", "/config", { key: await busy.newKey("acme", "viewer") });
    await busy.close();
    throttled.destroy();
    expect(reply).toMatchObject({ status: 429, json: { code: "TOO_MANY_REQUESTS" } });
    expect(reply.headers.get("retry-after")).toBe("1");
    expect(reply.text).not.toContain("as the test asked");
  });

  it("refuses two credentials at once", async () => {
    const key = await admin.newKey("acme", "viewer");
    const reply = await admin.send("GET", "/config", {
      key,
      headers: { authorization: "Bearer x" },
    });
    expect(reply.status).toBe(401);
  });
});
