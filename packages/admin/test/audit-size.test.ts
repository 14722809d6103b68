import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lambdaHandler } from "../src/lambda.ts";
import { openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

/** What Lambda hands over, the answer's own JSON included: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LAMBDA_BYTES_MAX = 6 * 1024 * 1024;

const PART_MAX = 3 * 1024 * 1024;

/** Each is more bytes on its way than characters in the database. */
const TEXTS = {
  "Chinese reasons": "封".repeat(256),
  "quotes and backslashes": '"\\'.repeat(128),
  "control characters": "\u0001\n".repeat(128),
};

describe("audit entries that take more room on their way than where they are stored", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin(() => ({ exportPartMax: PART_MAX }));
    key = await admin.newKey("*", "viewer");
  });
  afterAll(() => admin.close());

  async function seed(tenant: string, count: number, reason: string) {
    for (let start = 0; start < count; start += 25) {
      const entries = Array.from({ length: Math.min(25, count - start) }, (_, m) => ({
        pk: `TENANT#${tenant}`,
        sk: `AUDIT#${String(start + m).padStart(8, "0")}`,
        at: "2026-11-22T09:30:00.000Z",
        actor: "key:1",
        action: "PUT /kill-switch",
        before: { engaged: true, effect: "BLOCK", reason },
        after: { engaged: false, effect: "BLOCK", reason },
        request_id: `r${start + m}`,
      }));
      const requests = entries.map((Item) => ({ PutRequest: { Item } }));
      await admin.doc.send(new BatchWriteCommand({ RequestItems: { [TABLES.ledger]: requests } }));
    }
  }

  /** Follows a list to its end on Lambda; what each answer weighs, and what it said. */
  async function answers(path: string, query: Record<string, string>) {
    const handler = lambdaHandler(admin.app);
    const bodies: string[] = [];
    const sizes: number[] = [];
    let next: string | undefined;
    do {
      const answer = await handler(
        {
          rawPath: path,
          rawQueryString: new URLSearchParams({
            ...query,
            ...(next === undefined ? {} : { next_token: next }),
          }).toString(),
          headers: { "x-api-key": key },
          requestContext: { http: { method: "GET" } },
        },
        {},
      );
      expect(answer.statusCode, answer.body).toBe(200);
      bodies.push(answer.body);
      sizes.push(Buffer.byteLength(JSON.stringify(answer)));
      const inBody = path === "/audit" ? JSON.parse(answer.body).next_token : undefined;
      next = answer.headers?.["x-next-token"]?.toString() ?? inBody;
    } while (next !== undefined);
    return { bodies, sizes };
  }

  const RANGE = { from: "2026-01-01", to: "2026-12-31" };
  const idsFrom = (count: number) => Array.from({ length: count }, (_, n) => `r${n}`);

  for (const [name, text] of Object.entries(TEXTS)) {
    it(`${name}: an export comes whole, in parts that Lambda can hand over`, async () => {
      const tenant_id = name.replaceAll(" ", "-");
      const count = 3_000;
      await seed(tenant_id, count, text);
      for (const format of ["jsonl", "csv"]) {
        const { bodies, sizes } = await answers("/audit/export", { tenant_id, ...RANGE, format });
        const whole = bodies.join("");
        const rows: { request_id: string }[] =
          format === "csv"
            ? parse(whole, { columns: true })
            : whole
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line));
        expect(rows.map(({ request_id }) => request_id)).toEqual(idsFrom(count));
        expect(Math.max(...sizes)).toBeLessThan(PART_MAX + 4_096);
        // Nor is an export asked for piece by piece.
        for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThan(0.9 * PART_MAX);
      }
    });
  }

  it("a part or page holds one entry at least, however large it is", async () => {
    const huge = "\u0001".repeat(190_000);
    await seed("huge", 3, huge);
    for (const format of ["jsonl", "csv"]) {
      const query = { tenant_id: "huge", ...RANGE, format };
      const { bodies, sizes } = await answers("/audit/export", query);
      expect(bodies.join("").match(/r[012]\b/g)).toEqual(idsFrom(3));
      expect(Math.max(...sizes)).toBeLessThan(LAMBDA_BYTES_MAX);
    }
    const listed = await answers("/audit", { tenant_id: "huge" });
    expect(listed.bodies).toHaveLength(3);
    expect(Math.max(...listed.sizes)).toBeLessThan(LAMBDA_BYTES_MAX);
  });

  it("a page of the list is one that Lambda can hand over", async () => {
    for (const [name, text] of Object.entries(TEXTS)) {
      const tenant_id = `list-${name.replaceAll(" ", "-")}`;
      await seed(tenant_id, 20, text.repeat(250));
      const { bodies, sizes } = await answers("/audit", { tenant_id, limit: "100" });
      const entries = bodies.flatMap((body) => JSON.parse(body).entries);
      expect(entries.map(({ request_id }) => request_id)).toEqual(idsFrom(20).reverse());
      expect(Math.max(...sizes)).toBeLessThan(LAMBDA_BYTES_MAX);
    }
  });

  it("ends a part where reading found nothing for long, instead of reading on for ever", async () => {
    const searching = await openAdmin(() => ({
      exportPartMax: PART_MAX,
      audit: { page: async () => ({ items: [], next: "00000001" }) },
    }));
    const reader = await searching.newKey("acme", "viewer");
    const path = "/audit/export?tenant_id=acme&from=2026-01-01&to=2026-12-31&format=jsonl";
    const { status, text, headers } = await searching.send("GET", path, { key: reader });
    await searching.close();
    expect({ status, text }).toEqual({ status: 200, text: "" });
    expect(headers.get("x-next-token")).not.toBeNull();
  });
});
