import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, recordDecision } from "./decided.ts";
import { type Json, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("several at once", () => {
  let admin: TestAdmin;
  let one: string;
  let two: string;
  beforeAll(async () => {
    admin = await openAdmin();
    one = await admin.newKey("acme", "admin");
    two = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  it("API-13 of two admins with the same etag one wins, the other gets 412, and nothing is lost", async () => {
    const first = await admin.send("PUT", "/budget", {
      key: one,
      body: { account_id: "a1", max_autonomous_per_day: 1 },
    });
    let etag: string = first.json.config.etag;
    for (let round = 0; round < 25; round++) {
      const headers = { "if-match": etag };
      const replies = await Promise.all(
        [one, two].map((key, index) =>
          admin.send("PUT", "/budget", {
            key,
            headers,
            body: { account_id: "a1", max_autonomous_per_day: 10 * round + index },
          }),
        ),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
      const winner = replies.find(({ status }) => status === 200)?.json.config;
      const stored = await admin.send("GET", "/budget?account_id=a1", { key: one });
      expect(stored.json.config).toEqual(winner);
      etag = winner.etag;
    }
    const { json } = await admin.send("GET", "/audit?tenant_id=acme&limit=100", { key: one });
    const chain = json.entries.filter((entry: Json) => entry.account_id === "a1").reverse();
    expect(chain).toHaveLength(26);
    // Each entry begins where the one before it ended: no change is missing or overwritten unseen.
    for (const [index, entry] of chain.entries())
      expect(entry.before).toEqual(chain[index - 1]?.after ?? null);
  });

  it("of two who set a stop that somebody wrote by hand one wins, the other gets 412", async () => {
    for (let round = 0; round < 25; round++) {
      const account_id = `by-hand-${round}`;
      const Item = {
        pk: `TENANT#acme#ACCOUNT#${account_id}`,
        sk: "KILL_SWITCH",
        engaged: true,
        effect: "BLOCK",
      };
      await admin.doc.send(new PutCommand({ TableName: TABLES.config, Item }));
      const replies = await Promise.all(
        [one, two].map((key, index) =>
          admin.send("PUT", "/kill-switch", {
            key,
            body: { account_id, engaged: true, effect: "BLOCK", reason: `writer ${index}` },
          }),
        ),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
    }
  });

  it("API-13 takes If-Match as * for any, in a list, without quotes; weak and stale tags are 412", async () => {
    const put = (headers: Record<string, string>) =>
      admin.send("PUT", "/config", {
        key: one,
        headers,
        body: { account_id: "tags", mode: "DISABLED" },
      });
    expect((await put({ "if-match": "*" })).status).toBe(412);
    const { etag } = (await put({})).json.config;
    expect((await put({ "if-match": `W/${etag}` })).status).toBe(412);
    expect((await put({ "if-match": '"x"' })).status).toBe(412);
    const second = (await put({ "if-match": `"x", ${etag}` })).json.config.etag;
    expect((await put({ "if-match": etag })).status).toBe(412);
    const third = await put({ "if-match": second.replaceAll('"', "") });
    expect(third.status).toBe(200);
    expect((await put({ "if-match": "*" })).status).toBe(200);
    const path = "/config?account_id=tags";
    expect(
      (await admin.send("DELETE", path, { key: one, headers: { "if-match": etag } })).status,
    ).toBe(412);
    expect(
      (await admin.send("DELETE", path, { key: one, headers: { "if-match": "*" } })).status,
    ).toBe(204);
  });

  it("20 keys, 64 requests at a time: no byte of one tenant reaches another", async () => {
    const tenants = Array.from({ length: 20 }, (_, n) => `tenant-${String(n).padStart(2, "0")}`);
    const keys = await Promise.all(tenants.map((tenant) => admin.newKey(tenant, "admin")));
    await Promise.all(
      tenants.map(async (tenant_id, n) => {
        const body = { account_id: "shared", max_autonomous_per_day: 1, timezone: "UTC" };
        await admin.send("PUT", "/budget", { key: keys[n], body });
        await admin.send("PUT", "/kill-switch", {
          key: keys[n],
          body: {
            account_id: "shared",
            engaged: true,
            effect: "BLOCK",
            reason: `secret of ${tenant_id}`,
          },
        });
        await recordDecision(admin, aNote("shared", "same-id", { tenant_id }));
      }),
    );
    const paths = [
      "/budget?account_id=shared",
      "/kill-switch?account_id=shared",
      "/decisions?limit=5",
      "/decisions/same-id?account_id=shared",
      "/config/effective?account_id=shared",
      "/audit?tenant_id=SELF",
      "/audit/export?tenant_id=SELF&from=2026-01-01&to=2099-01-01&format=csv",
    ];
    const jobs = Array.from({ length: 20 * 64 }, (_, job) => ({
      n: job % 20,
      path: paths[job % paths.length] ?? "",
    }));
    const counts = new Map<number, number>();
    const workers = Array.from({ length: 64 }, async () => {
      for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
        const tenant = tenants[job.n] ?? "";
        const reply = await admin.send("GET", job.path.replace("SELF", tenant), {
          key: keys[job.n],
        });
        counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1);
        const named = new Set([...reply.text.matchAll(/tenant-\d\d/g)].map(([name]) => name));
        named.delete(tenant);
        expect([...named], job.path).toEqual([]);
      }
    });
    await Promise.all(workers);
    expect([...counts]).toEqual([[200, 1_280]]);
  });
});
