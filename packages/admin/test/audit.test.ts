import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Json, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

const PADDING = "x".repeat(2_000);

/** 3,000 entries of 2 KB: 6 MB, where one page of DynamoDB is 1 MB. */
const MANY = 3_000;

async function seed(
  admin: TestAdmin,
  tenant: string,
  count: number,
  more: (n: number) => object = () => ({}),
) {
  for (let start = 0; start < count; start += 25) {
    const entries = Array.from({ length: Math.min(25, count - start) }, (_, m) => {
      const n = start + m;
      return {
        pk: `TENANT#${tenant}`,
        sk: `AUDIT#${String(n).padStart(8, "0")}`,
        at: new Date(Date.UTC(2026, 10, 1) + n * 60_000).toISOString(),
        actor: `key:${n % 2}`,
        action: "PUT /config",
        before: null,
        after: { padding: PADDING, n },
        request_id: `r${n}`,
        ...more(n),
      };
    });
    await admin.doc.send(
      new BatchWriteCommand({
        RequestItems: { [TABLES.ledger]: entries.map((Item) => ({ PutRequest: { Item } })) },
      }),
    );
  }
}

describe("audit", () => {
  let admin: TestAdmin;
  let key: string;
  let platform: string;
  beforeAll(async () => {
    admin = await openAdmin();
    platform = await admin.newKey("*", "viewer");
    key = await admin.newKey("many", "viewer");
    await seed(admin, "many", MANY);
  });
  afterAll(() => admin.close());

  const RANGE = "from=2026-01-01&to=2026-12-31";
  const linesOf = (text: string): Json[] =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("LED-3 exports the whole range to its end, over many pages, oldest first", async () => {
    const { status, headers, text } = await admin.send(
      "GET",
      `/audit/export?tenant_id=many&${RANGE}&format=jsonl`,
      { key },
    );
    expect(status).toBe(200);
    expect(headers.get("x-next-token")).toBeNull();
    expect(headers.get("content-disposition")).toBe('attachment; filename="audit-many.jsonl"');
    expect(linesOf(text).map(({ after }) => after.n)).toEqual(
      Array.from({ length: MANY }, (_, n) => n),
    );
  });

  it("LED-3 behind a gateway comes in parts that lose and repeat nothing", async () => {
    const parted = await openAdmin(() => ({ exportPartMax: 1_000_000 }));
    const reader = await parted.newKey("parts", "viewer");
    await seed(parted, "parts", 2_000);
    for (const format of ["jsonl", "csv"]) {
      let text = "";
      let parts = 0;
      let token = "";
      do {
        const part = await parted.send(
          "GET",
          `/audit/export?${RANGE}&format=${format}&tenant_id=parts${token}`,
          { key: reader },
        );
        expect(part.text.length).toBeLessThan(4_000_000);
        text += part.text;
        parts += 1;
        const next = part.headers.get("x-next-token");
        token = next === null ? "" : `&next_token=${next}`;
      } while (token !== "");
      expect(parts).toBeGreaterThan(1);
      const ids =
        format === "csv"
          ? rowsOf(text).map(({ request_id }) => request_id)
          : linesOf(text).map(({ request_id }) => request_id);
      expect(ids).toEqual(Array.from({ length: 2_000 }, (_, n) => `r${n}`));
    }
    await parted.close();
  });

  it("LED-3 breaks off visibly when reading fails on the way", async () => {
    const broken = await openAdmin((ports) => {
      let pages = 0;
      return {
        audit: {
          page: async (query) => {
            pages += 1;
            if (pages > 2) throw new Error("canary");
            return ports.audit.page(query);
          },
        },
      };
    });
    const reader = await broken.newKey("b", "viewer");
    await seed(broken, "b", 2_500);
    const init = { headers: { "x-api-key": reader } };
    const response = await broken.app.request(
      `/audit/export?tenant_id=b&${RANGE}&format=jsonl`,
      init,
    );
    await expect(response.text()).rejects.toThrow();
    await broken.close();
  });

  const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true });

  it("EXP-3 quotes every field of CSV, and lets none be a formula", async () => {
    const evil = [
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      "\tx",
      "\rx",
      'a "quoted", field',
      "line\r\nbreak",
    ];
    await seed(admin, "evil", evil.length, (n) => ({ actor: evil[n], after: null }));
    const { headers, text } = await admin.send(
      "GET",
      `/audit/export?tenant_id=evil&${RANGE}&format=csv`,
      { key: platform },
    );
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const rows = rowsOf(text);
    expect(rows.map(({ actor }) => actor)).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@SUM(A1)",
      "⟨U+0009⟩x",
      "⟨U+000D⟩x",
      'a "quoted", field',
      "line⟨U+000D⟩⟨U+000A⟩break",
    ]);
    expect(text.startsWith('"id","at","actor","action"')).toBe(true);
    expect(text).not.toMatch(/(^|,)"?[=+@]/m);
  });

  it("EXP-2 takes a day as from and to, refuses from after to and other formats, and needs a range", async () => {
    const path = "/audit/export?tenant_id=many";
    const day = await admin.send("GET", `${path}&from=2026-11-02&to=2026-11-02&format=jsonl`, {
      key,
    });
    expect(linesOf(day.text)).toHaveLength(1_440);
    for (const wrong of [
      "from=2026-11-03&to=2026-11-02&format=csv",
      "from=2026-11-02&to=2026-11-03&format=exe",
      "from=x&to=y&format=csv",
      "format=csv",
      "from=2026-11-02&format=csv",
    ]) {
      const reply = await admin.send("GET", `${path}&${wrong}`, { key });
      expect(reply, wrong).toMatchObject({ status: 400, json: { code: "VALIDATION" } });
    }
    const empty = await admin.send("GET", `${path}&from=2020-01-01&to=2020-01-02&format=csv`, {
      key,
    });
    expect(empty.text.trim().split("\r\n")).toHaveLength(1);
  });

  it("EXP-1 EXP-4 is one request: it cannot hang half done, nor be done twice", async () => {
    const path = `/audit/export?tenant_id=many&${RANGE}&format=csv`;
    const [one, two] = await Promise.all([
      admin.send("GET", path, { key }),
      admin.send("GET", path, { key }),
    ]);
    expect(one.text).toBe(two.text);
    expect(admin.changes).toEqual([]);
  });

  it("lists newest first, page by page, filtered by actor and time", async () => {
    const seen: number[] = [];
    let token = "";
    do {
      const { json } = await admin.send(
        "GET",
        `/audit?tenant_id=many&actor=key:1&from=2026-11-03&limit=100${token}`,
        { key },
      );
      seen.push(...json.entries.map((entry: Json) => entry.after.n));
      token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
    } while (token !== "");
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => 2_999 - 2 * n));
  });

  it("LED-1 keeps tenants apart, and global entries to the platform", async () => {
    const admins = await admin.newKey("*", "admin");
    await admin.send("PUT", "/action-types", {
      key: admins,
      body: {
        action_type: "G_TYPE",
        risk_tier: "LOW",
        min_confidence: 0.7,
        external_contact: false,
      },
    });
    expect((await admin.send("GET", "/audit", { key: platform })).json.entries).toMatchObject([
      { action: "PUT /action-types", object: "ACTION_TYPE#G_TYPE" },
    ]);
    expect((await admin.send("GET", "/audit", { key })).status).toBe(403);
    const other = await admin.newKey("nobody", "viewer");
    expect((await admin.send("GET", "/audit?tenant_id=nobody", { key: other })).json).toEqual({
      entries: [],
    });
  });

  it("LED-4 gives entries of one millisecond an order, and the key to none away", async () => {
    const admins = await admin.newKey("order", "admin");
    for (const mode of ["DISABLED", "AUTO_EXECUTE", "PROPOSE_ONLY"]) {
      await admin.send("PUT", "/config", { key: admins, body: { mode } });
    }
    const { json, text } = await admin.send("GET", "/audit?tenant_id=order", { key: admins });
    expect(json.entries.map((entry: Json) => entry.after.mode)).toEqual([
      "PROPOSE_ONLY",
      "AUTO_EXECUTE",
      "DISABLED",
    ]);
    expect(text).not.toContain(admins.slice(21));
  });
});
