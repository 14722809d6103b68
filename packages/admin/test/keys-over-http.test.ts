import { systemClock } from "@autonomy-gate/core/adapters";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.parse("2026-11-22T09:00:00.000Z");

describe("keys over HTTP", () => {
  let admin: TestAdmin;
  let nowMs = START_MS;
  const failing = false;
  const uses: Promise<void>[] = [];

  beforeAll(async () => {
    admin = await openAdmin(({ authentication }) => ({
      clock: { ...systemClock(), sleep: async () => {}, epochMs: () => nowMs },
      authentication: {
        ...authentication,
        keyUse: {
          note: (key, at) => {
            if (failing) return Promise.resolve();
            const noted = authentication.keyUse?.note(key, at) ?? Promise.resolve();
            uses.push(noted);
            return noted;
          },
        },
      },
    }));
  });
  afterAll(() => admin.close());

  const post = (key: string, body: Json) => admin.send("POST", "/keys", { key, body });
  const works = async (key: string, path = "/action-types") =>
    (await admin.send("GET", path, { key })).status === 200;
  const idOf = (key: string) => key.slice(4, 20);
  const find = async (key: string, of: string): Promise<Json> => {
    const { json } = await admin.send("GET", "/keys?limit=100", { key });
    return json.keys.find(({ key_id }: Json) => key_id === idOf(of));
  };

  it("makes a key with all that is said of it, shown once, and revokes it at once", async () => {
    const key = await admin.newKey("acme", "admin");
    const terms = {
      roles: ["operator", "approver"],
      name: "Inbox of Zoë",
      kind: "PERSON",
      account_ids: ["emea-*"],
      action_types: ["CREATE_INTERNAL_NOTE"],
      expires_at: "2027-01-01T00:00:00.000Z",
    };
    const made = await post(key, terms);
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({ ...terms, role: "operator", tenant_id: "acme" });
    const { api_key, role, ...listed } = made.json;
    expect(listed.created_by).toBe(`key:${idOf(key)}`);
    expect(await works(api_key)).toBe(true);
    await Promise.all(uses);
    expect(await find(key, api_key)).toEqual({
      ...listed,
      last_used_at: new Date(nowMs).toISOString(),
    });
    const text = JSON.stringify([await find(key, api_key), admin.changes]);
    expect(text).not.toContain("sha256");
    expect(text).not.toContain(api_key);
    const path = `/keys/${listed.key_id}`;
    expect((await admin.send("DELETE", path, { key })).status).toBe(204);
    expect((await admin.send("DELETE", path, { key })).status).toBe(204);
    expect(await works(api_key)).toBe(false);
    expect(await find(key, api_key)).toMatchObject({ revoked_at: new Date(nowMs).toISOString() });
  });

  it("audits and tells every key made and revoked, without its digest", async () => {
    const key = await admin.newKey("audited", "admin");
    const { json } = await post(key, { roles: ["viewer"] });
    await admin.send("DELETE", `/keys/${json.key_id}`, { key });
    const { json: audit } = await admin.send("GET", "/audit?tenant_id=audited", { key });
    const about = { actor: `key:${idOf(key)}`, object: json.key_id };
    const { api_key, role, ...shown } = json;
    expect(audit.entries).toMatchObject([
      {
        ...about,
        action: "DELETE /keys",
        before: shown,
        after: { revoked_at: expect.any(String) },
      },
      { ...about, action: "POST /keys", before: null, after: shown },
    ]);
    expect(JSON.stringify(audit)).not.toContain("sha256");
    const told = admin.changes.filter(({ data }) => data.tenant_id === "audited");
    expect(told.map(({ data }) => [data.object, data.action])).toEqual([
      ["API_KEY", "POST /keys"],
      ["API_KEY", "DELETE /keys"],
    ]);
    expect(JSON.stringify(told)).not.toContain("sha256");
  });

  it("never gives a key more than the credential that makes it has", async () => {
    const limited = await admin.newKey("acme", "admin", { account_ids: ["emea-*"] });
    for (const account_ids of [undefined, ["emea-1", "apac-1"], ["eme*"]]) {
      const reply = await post(limited, { roles: ["viewer"], account_ids });
      expect(reply).toMatchObject({ status: 403, json: { code: "NOT_YOUR_ACCOUNT" } });
    }
    expect((await post(limited, { roles: ["admin"], account_ids: ["emea-1"] })).status).toBe(200);
    for (const role of ["viewer", "operator", "approver", "executor"] as const) {
      const reply = await post(await admin.newKey("acme", role), { roles: [role] });
      expect(reply, role).toMatchObject({ status: 403, json: { code: "FORBIDDEN" } });
    }
  });

  it("keeps keys of other tenants, of the platform and beyond its limits out of reach", async () => {
    const key = await admin.newKey("acme", "admin");
    const limited = await admin.newKey("acme", "admin", { account_ids: ["emea-*"] });
    const theirs = await admin.newKey("globex", "viewer");
    const platform = await admin.newKey("*", "viewer");
    for (const [by, target] of [
      [key, theirs],
      [key, platform],
      [limited, key],
    ] as const) {
      const path = `/keys/${idOf(target)}`;
      const missing = await admin.send("DELETE", "/keys/0123456789abcdef", { key: by });
      const reply = await admin.send("DELETE", path, { key: by });
      expect([reply.status, reply.text]).toEqual([404, missing.text]);
      expect(await find(by, target)).toBeUndefined();
      expect(await works(target, "/action-types")).toBe(true);
    }
    expect((await post(key, { tenant_id: "*", roles: ["viewer"] })).status).toBe(403);
    expect((await post(key, { tenant_id: "globex", roles: ["viewer"] })).status).toBe(403);
  });

  it("makes a platform key only where a platform credential says so", async () => {
    const platform = await admin.newKey("*", "admin");
    expect((await post(platform, { roles: ["viewer"] })).status).toBe(400);
    const { json } = await post(platform, { tenant_id: "*", roles: ["viewer"] });
    expect(json.tenant_id).toBe("*");
    expect(await works(json.api_key, "/audit")).toBe(true);
    expect(await find(platform, json.api_key)).toBeDefined();
    const mixed = await admin.send("POST", "/keys?tenant_id=acme", {
      key: platform,
      body: { tenant_id: "*", roles: ["viewer"] },
    });
    expect(mixed.status).toBe(400);
    expect((await post(platform, { tenant_id: "acme", roles: ["viewer"] })).json.tenant_id).toBe(
      "acme",
    );
  });

  it("lists every key of a tenant once, page by page", async () => {
    const key = await admin.newKey("paged", "admin");
    const made = await Promise.all([1, 2, 3, 4].map(() => admin.newKey("paged", "viewer")));
    const ids: string[] = [];
    let token = "";
    do {
      const { json } = await admin.send("GET", `/keys?limit=2${token}`, { key });
      ids.push(...json.keys.map(({ key_id }: Json) => key_id));
      token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
    } while (token !== "");
    expect(ids).toEqual([key, ...made].map(idOf).sort());
  });

  it("refuses a key from the moment it expires, and makes none that has", async () => {
    nowMs = START_MS;
    const key = await admin.newKey("acme", "admin");
    const expires_at = new Date(nowMs + HOUR_MS).toISOString();
    const { json } = await post(key, { roles: ["viewer"], expires_at });
    nowMs += HOUR_MS - 1;
    expect(await works(json.api_key)).toBe(true);
    nowMs += 1;
    expect(await works(json.api_key)).toBe(false);
    expect((await post(key, { roles: ["viewer"], expires_at })).status).toBe(400);
    nowMs = START_MS;
  });

  it("notes the use of a key at most once an hour, and never moves it back", async () => {
    const key = await admin.newKey("used", "admin");
    const usedAt = async () => {
      await Promise.all(uses);
      return Date.parse((await find(key, key)).last_used_at) - START_MS;
    };
    await Promise.all(Array.from({ length: 5 }, () => works(key)));
    expect(await usedAt()).toBe(0);
    nowMs = START_MS + HOUR_MS - 1;
    await works(key);
    expect(await usedAt()).toBe(0);
    nowMs = START_MS + HOUR_MS;
    await works(key);
    expect(await usedAt()).toBe(HOUR_MS);
    nowMs = START_MS;
    await works(key);
    expect(await usedAt()).toBe(HOUR_MS);
  });

  it("revokes a key although its use is noted meanwhile", async () => {
    const key = await admin.newKey("raced", "admin");
    const used = await admin.newKey("raced", "viewer");
    const racing = await openAdmin((ports) => ({
      config: {
        ...admin.ports.config,
        read: async (address) => {
          const found = await admin.ports.config.read(address);
          nowMs += HOUR_MS;
          await works(used);
          await Promise.all(uses);
          return found;
        },
      },
      authentication: admin.ports.authentication,
      clock: ports.clock,
    }));
    const reply = await racing.send("DELETE", `/keys/${idOf(used)}`, { key });
    await racing.close();
    nowMs = START_MS;
    expect(reply.status).toBe(204);
    expect(await works(used)).toBe(false);
  });

  it("keeps what a key with one role could do, and takes no key with two answers", async () => {
    const key = await admin.newKey("acme", "viewer");
    const stored = await admin.table.get({ table: "config", pk: "API_KEY", sk: idOf(key) });
    const { roles, kind, created_by, last_used_at, ...old } = stored ?? {};
    const store = (item: object) =>
      admin.doc.send(new PutCommand({ TableName: TABLES.config, Item: { ...old, ...item } }));
    await store({ role: "operator" });
    const body = { engaged: false, effect: "BLOCK", reason: "over" };
    const stop = await admin.send("PUT", "/kill-switch?tenant_id=acme", { key, body });
    expect(stop.status).toBe(200);
    expect((await admin.send("PUT", "/config", { key, body: { mode: "DISABLED" } })).status).toBe(
      403,
    );
    const listed = await find(await admin.newKey("acme", "admin"), key);
    expect(listed).toMatchObject({ roles: ["operator"], kind: "SERVICE" });
    for (const odd of [{ role: "viewer", roles: ["admin"] }, {}, { roles: [] }, { roles: ["x"] }]) {
      await store(odd);
      expect(await works(key), JSON.stringify(odd)).toBe(false);
    }
    for (const odd of [{ account_ids: [] }, { account_ids: "emea-*" }, { action_types: ["*"] }]) {
      await store({ role: "viewer", ...odd });
      expect(await works(key), JSON.stringify(odd)).toBe(false);
    }
  });

  it("refuses names that a list could not show plainly", async () => {
    const key = await admin.newKey("acme", "admin");
    for (const name of ["", " x", "a\u202eb", "a\nb", "a\u200bb", "x".repeat(101)]) {
      expect((await post(key, { roles: ["viewer"], name })).status, name).toBe(400);
    }
  });
});
