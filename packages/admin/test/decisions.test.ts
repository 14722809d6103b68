import { AccountId } from "@autonomy-gate/core/ids";
import { shardOf } from "@autonomy-gate/core/store";
import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, recordDecision } from "./decided.ts";
import { type Json, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("decisions", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "viewer");
  });
  afterAll(() => admin.close());

  /** Follows a list to its end; `between` runs after each page. */
  async function walk(path: string, between: (page: number) => Promise<void> = async () => {}) {
    const pages: Json[][] = [];
    let token: string | undefined;
    do {
      const reply = await admin.send(
        "GET",
        token === undefined ? path : `${path}&next_token=${token}`,
        { key },
      );
      expect(reply.status, reply.text).toBe(200);
      pages.push(reply.json.decisions);
      token = reply.json.next_token;
      await between(pages.length);
    } while (token !== undefined);
    return pages;
  }
  const idsOf = (pages: Json[][]) => pages.flat().map((decision) => decision.action_intent_id);
  const at = (second: number) => new Date(Date.UTC(2026, 10, 1) + second * 1_000).toISOString();

  it("EXPL-1 EXPL-2 EXPL-4 explains held and blocked intents from their own record", async () => {
    const held = await recordDecision(admin, aNote("explained", "held", { risk_level: "HIGH" }));
    const blocked = await recordDecision(
      admin,
      aNote("explained", "blocked", { expires_at: "2020-01-01T00:00:00Z" }),
    );
    for (const record of [held, blocked]) {
      const path = `/decisions/${record.action_intent_id}?tenant_id=acme&account_id=explained`;
      const { status, json } = await admin.send("GET", path, { key });
      expect(status).toBe(200);
      expect(json).toEqual(JSON.parse(JSON.stringify(record)));
      expect(json.policy_version).toBe("AutoApprovalPolicyV1");
    }
    expect(held).toMatchObject({ decision: "REQUIRE_APPROVAL", facts: { risk_level: "HIGH" } });
    expect(blocked).toMatchObject({ decision: "BLOCK", reason: "INTENT_EXPIRED" });
    expect(blocked.explanation).toContain("2020-01-01");
  });

  it("EXPL-3 explains an intent that was not valid, with its issues", async () => {
    await recordDecision(admin, aNote("explained", "invalid", { expires_at: "soon" }));
    const { json } = await admin.send("GET", "/decisions/invalid?account_id=explained", { key });
    expect(json).toMatchObject({ decision: "BLOCK", reason: "INVALID_INTENT", facts: null });
    expect(json.reasons[0].explanation).toContain("data.expires_at");
  });

  it("LED-5 finds a decision by its id, and is 404 for what is not there", async () => {
    await recordDecision(admin, aNote("lookup", "a:b.c@d-e_f"));
    const path = (id: string, account: string) =>
      `/decisions/${encodeURIComponent(id)}?account_id=${account}`;
    expect((await admin.send("GET", path("a:b.c@d-e_f", "lookup"), { key })).status).toBe(200);
    const other = await admin.send("GET", path("a:b.c@d-e_f", "other"), { key });
    const none = await admin.send("GET", path("none", "lookup"), { key });
    expect(other.status).toBe(404);
    expect(other.text).toBe(none.text);
  });

  it("LED-1 a tenant finds nothing of another's, whether it exists or not", async () => {
    await recordDecision(admin, aNote("lookup", "mine"));
    const theirs = await admin.newKey("mallory", "admin");
    const path = "/decisions/mine?account_id=lookup";
    const asked = await admin.send("GET", `${path}&tenant_id=acme`, { key: theirs });
    const missing = await admin.send("GET", "/decisions/none?account_id=lookup&tenant_id=acme", {
      key: theirs,
    });
    expect(asked.status).toBe(403);
    expect(asked.text).toBe(missing.text);
    expect((await admin.send("GET", path, { key: theirs })).status).toBe(404);
    expect((await admin.send("GET", "/decisions", { key: theirs })).json).toEqual({
      decisions: [],
    });
  });

  it("merges the shards of a tenant newest first, to the last page", async () => {
    const tenant = { tenant_id: "merge" };
    const reader = await admin.newKey("merge", "viewer");
    for (let n = 0; n < 60; n++) {
      await recordDecision(admin, aNote(`acct_${n % 20}`, `i${n}`, tenant), at(n));
    }
    const seen: string[] = [];
    let token = "";
    do {
      const { json } = await admin.send("GET", `/decisions?limit=7${token}`, { key: reader });
      seen.push(...json.decisions.map((one: Json) => one.action_intent_id));
      token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
    } while (token !== "");
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => `i${59 - n}`));
  });

  it("meets what was there at the start exactly once, while new ones arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.array(
          fc.record({
            account: fc.integer({ min: 0, max: 30 }),
            second: fc.integer({ min: 0, max: 20 }),
          }),
          { minLength: 1, maxLength: 30 },
        ),
        fc.uuid(),
        async (limit, decisions, run) => {
          const tenant_id = `t-${run}`;
          const names = decisions.map(({ account }, n) => ({
            account: `a${account}`,
            id: `i${n}`,
          }));
          await Promise.all(
            decisions.map(({ account, second }, n) =>
              recordDecision(admin, aNote(`a${account}`, `i${n}`, { tenant_id }), at(second)),
            ),
          );
          const platform = await admin.newKey("*", "viewer");
          const seen: string[] = [];
          let token = "";
          for (let page = 0; ; page++) {
            const { json } = await admin.send(
              "GET",
              `/decisions?tenant_id=${tenant_id}&limit=${limit}${token}`,
              { key: platform },
            );
            seen.push(
              ...json.decisions.map((one: Json) => `${one.account_id} ${one.action_intent_id}`),
            );
            if (json.next_token === undefined) break;
            token = `&next_token=${json.next_token}`;
            // It may be met or not, but must not shift the others.
            await recordDecision(
              admin,
              aNote("late", `new${page}`, { tenant_id }),
              at(1_000 + page),
            );
          }
          const old = seen.filter((name) => !name.startsWith("late"));
          expect(old.sort()).toEqual(names.map(({ account, id }) => `${account} ${id}`).sort());
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("LED-2 fills a page although most of a shard is another account's", async () => {
    const [wanted, ...others] = sameShard(4);
    for (let n = 0; n < 40; n++) {
      await recordDecision(
        admin,
        aNote(others[n % others.length] ?? "", `other${n}`),
        at(5_000 + n),
      );
    }
    for (let n = 0; n < 3; n++)
      await recordDecision(admin, aNote(wanted ?? "", `mine${n}`), at(4_000 + n));
    const pages = await walk(`/decisions?account_id=${wanted}&limit=2`);
    expect(idsOf(pages)).toEqual(["mine2", "mine1", "mine0"]);
    expect(pages[0]).toHaveLength(2);
  });

  it("LED-2 LED-3 reads on past filtered entries without losing any", async () => {
    const tenant_id = "filtered";
    const platform = await admin.newKey("*", "viewer");
    const blocked = { expires_at: "2020-01-01T00:00:00Z" };
    for (let n = 0; n < 600; n += 20) {
      await Promise.all(
        Array.from({ length: 20 }, (_, m) =>
          recordDecision(
            admin,
            aNote("one", `i${n + m}`, { tenant_id, ...(n + m === 3 ? blocked : {}) }),
            at(n + m),
          ),
        ),
      );
    }
    // In a shard that is read to its end long before the other one: it must wait for its turn.
    const other = elsewhere("one");
    await recordDecision(admin, aNote(other, "older", { tenant_id, ...blocked }), at(1));
    const all: string[] = [];
    let token = "";
    do {
      const path = `/decisions?tenant_id=filtered&decision=BLOCK&reason=INTENT_EXPIRED&limit=5${token}`;
      const { json } = await admin.send("GET", path, { key: platform });
      all.push(...json.decisions.map((one: Json) => one.action_intent_id));
      token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
    } while (token !== "");
    expect(all).toEqual(["i3", "older"]);
  });

  it("takes days and instants as bounds, both inclusive, and refuses from after to", async () => {
    for (const [id, when] of [
      ["before", "2026-10-09T23:59:59.999Z"],
      ["first", "2026-10-10T00:00:00.000Z"],
      ["last", "2026-10-10T23:59:59.999Z"],
      ["after", "2026-10-11T00:00:00.000Z"],
    ] as const) {
      await recordDecision(admin, aNote("bounds", id), when);
    }
    const list = async (range: string) =>
      idsOf(await walk(`/decisions?account_id=bounds&limit=1&${range}`));
    expect(await list("from=2026-10-10&to=2026-10-10")).toEqual(["last", "first"]);
    expect(await list("from=2026-10-11T02:00:00%2B02:00")).toEqual(["after"]);
    expect(await list("to=2026-10-10T00:00:00.000Z")).toEqual(["first", "before"]);
    expect(
      (await admin.send("GET", "/decisions?from=2026-10-11&to=2026-10-10", { key })).status,
    ).toBe(400);
  });

  it("takes a token for its own question only, and lets none lead into another tenant", async () => {
    for (let n = 0; n < 3; n++) await recordDecision(admin, aNote("token", `i${n}`), at(n));
    const first = await admin.send("GET", "/decisions?account_id=token&limit=1", { key });
    const token: string = first.json.next_token;
    const forged = Buffer.from(token, "base64url")
      .toString()
      .replace(/"q":"[^"]*"/, '"q":"x"');
    const theirs = await admin.newKey("mallory", "viewer");
    for (const [path, asker] of [
      [`/decisions?account_id=token&next_token=${token}`, theirs],
      [`/decisions?account_id=other&next_token=${token}`, key],
      [`/decisions?account_id=token&decision=BLOCK&next_token=${token}`, key],
      [`/audit?tenant_id=acme&next_token=${token}`, key],
      [`/decisions?account_id=token&next_token=${Buffer.from(forged).toString("base64url")}`, key],
      ["/decisions?account_id=token&next_token=%00", key],
    ] as const) {
      expect((await admin.send("GET", path, { key: asker })).status, path).toBe(400);
    }
  });

  it("lists a record that cannot be read, and never another tenant's by a corrupt entry", async () => {
    const record = await recordDecision(admin, aNote("corrupt", "c1"), at(9_000));
    const pk = "TENANT#acme#ACCOUNT#corrupt";
    await admin.doc.send(
      new UpdateCommand({
        TableName: TABLES.ledger,
        Key: { pk, sk: "DECISION#c1" },
        UpdateExpression: "SET facts = :facts",
        ExpressionAttributeValues: { ":facts": "gone" },
      }),
    );
    await admin.doc.send(
      new PutCommand({
        TableName: TABLES.ledger,
        Item: {
          pk: "TENANT#victim#ACCOUNT#v",
          sk: "DECISION#v1",
          list_pk: `acme#${shardOf(record.account_id)}`,
          decided_at: at(9_001),
          secret: "canary",
        },
      }),
    );
    const { json, text } = await admin.send("GET", "/decisions?account_id=corrupt", { key });
    expect(json.decisions).toEqual([
      { tenant_id: "acme", account_id: "corrupt", action_intent_id: "c1", unreadable: true },
    ]);
    const all = await admin.send("GET", `/decisions?from=${at(9_001)}&to=${at(9_001)}`, { key });
    expect(text + all.text).not.toContain("canary");
  });
});

/** Accounts that share one shard. */
function sameShard(count: number): string[] {
  const shard = shardOf(AccountId.parse("acct_0"));
  return Array.from({ length: 500 }, (_, n) => `acct_${n}`)
    .filter((account) => shardOf(AccountId.parse(account)) === shard)
    .slice(0, count);
}

/** An account of another shard. */
function elsewhere(account: string): string {
  const shard = shardOf(AccountId.parse(account));
  const others = Array.from({ length: 100 }, (_, n) => `other_${n}`);
  return others.find((other) => shardOf(AccountId.parse(other)) !== shard) ?? "";
}
