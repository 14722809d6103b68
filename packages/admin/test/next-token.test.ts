import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, recordDecision } from "./decided.ts";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const DAYS = "from=2026-11-22&to=2026-11-23";

/** Every list, with the place its token is to hold a forged one in. */
const LISTS = [
  "/config?limit=1",
  "/decisions?limit=1",
  `/decisions?limit=1&${DAYS}`,
  "/audit?tenant_id=acme&limit=1",
  `/audit/export?tenant_id=acme&from=2026-01-01&to=2099-12-31&format=jsonl`,
];

describe("next_token", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin(() => ({ exportPartMax: 1 }));
    key = await admin.newKey("acme", "admin");
    for (const [index, action_type] of ["A_TYPE", "B_TYPE"].entries()) {
      await admin.send("PUT", "/config", { key, body: { action_type, mode: "DISABLED" } });
      await recordDecision(admin, aNote("a1", `i${index}`), `2026-11-22T0${index}:00:00.000Z`);
    }
  });
  afterAll(() => admin.close());

  const follow = (path: string, token: string) =>
    admin.send("GET", `${path}&next_token=${encodeURIComponent(token)}`, { key });

  /** Makes a list's own token with another place in it: whoever has one can. */
  async function forger(path: string): Promise<(place: unknown) => string> {
    const { json, headers } = await admin.send("GET", path, { key });
    const token = headers.get("x-next-token") ?? json.next_token;
    expect(typeof token, path).toBe("string");
    expect((await follow(path, token)).status, path).toBe(200);
    const inside = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return (at) => Buffer.from(JSON.stringify({ ...inside, at })).toString("base64url");
  }

  it("is never a 500, whatever place somebody wrote into it", async () => {
    const lengths = [1_009, 1_010, 1_015, 1_016, 1_018, 1_019, 1_024];
    for (const path of LISTS) {
      const forge = await forger(path);
      for (const place of [
        "!",
        "#",
        "\0",
        "~",
        "~~",
        "\u{10ffff}",
        "\ud800",
        "DEFAULT",
        "x#y#z",
        "2026-11-21T00:00:00.000Z#a1#i0",
        "2026-11-22T00:30:00.000Z#a1#i0",
        "2026-11-24T00:00:00.000Z#a1#i0",
        ...lengths.map((length) => "x".repeat(length)),
        ...lengths.map((length) => `2026-11-22T00:30:00.000Z#${"x".repeat(length - 25)}`),
        ...[300, 340, 341].map((length) => "漢".repeat(length)),
      ]) {
        const reply = await follow(path, forge(place));
        const shown = `${path} ${place.slice(0, 30)} (${place.length}) ${reply.text}`;
        expect([200, 400], shown).toContain(reply.status);
      }
    }
    expect(admin.failures).toEqual([]);
  });

  it("is refused where it is no place of the list", async () => {
    const refused = { status: 400, json: { issues: [{ path: "query.next_token" }] } };
    for (const path of LISTS) {
      const forge = await forger(path);
      for (const place of ["", "x".repeat(1_024), "漢".repeat(341), "\ud800", 7, null, {}]) {
        expect(await follow(path, forge(place)), path).toMatchObject(refused);
      }
    }
    const decisions = "/decisions?limit=1";
    const forge = await forger(decisions);
    for (const place of ["!", "#", "\0", "~~"]) {
      expect(await follow(decisions, forge(place)), place).toMatchObject(refused);
    }
    const ranged = `${decisions}&${DAYS}`;
    const forgeRanged = await forger(ranged);
    for (const day of ["21", "24"]) {
      const place = `2026-11-${day}T12:00:00.000Z#a1#i0`;
      expect(await follow(ranged, forgeRanged(place)), place).toMatchObject(refused);
    }
  });

  it("leads past items that others wrote under names no route would give", async () => {
    const odd = ["a name", "z".repeat(900), "ü#~"];
    for (const name of odd) {
      const mode = { pk: "TENANT#odd", sk: `AUTONOMY#${name}`, mode: "DISABLED" };
      const entry = { pk: "TENANT#odd", sk: `AUDIT#${name}`, at: "2026-11-22T00:00:00.000Z" };
      await admin.doc.send(new PutCommand({ TableName: TABLES.config, Item: mode }));
      await admin.doc.send(new PutCommand({ TableName: TABLES.ledger, Item: entry }));
    }
    const reader = await admin.newKey("odd", "viewer");
    for (const path of ["/config?limit=1", "/audit?tenant_id=odd&limit=1"]) {
      let seen = 0;
      let token = "";
      do {
        const { status, json } = await admin.send("GET", path + token, { key: reader });
        expect(status).toBe(200);
        seen += [json.configs, json.unreadable, json.entries].flatMap((list) => list ?? []).length;
        token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
      } while (token !== "");
      expect(seen, path).toBe(odd.length);
    }
  });
});
