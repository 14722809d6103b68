import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AdminServer, serveAdmin } from "../src/serve.ts";
import { AWS, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("on one connection, kept alive", () => {
  let admin: TestAdmin;
  let server: AdminServer;
  let key: string;

  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
    server = await serveAdmin({
      ...AWS,
      dynamodb: { endpoint: admin.endpoint, tables: TABLES },
      events: { endpoint: "http://127.0.0.1:9", bus: "bus" },
      telemetry: {
        answered: () => {},
        failed: () => {},
        notEmitted: () => {},
        useNotNoted: () => {},
        lookAlikesNotRead: () => {},
      },
    });
  });
  afterAll(async () => {
    await server.close();
    await admin.close();
  });

  const put = async (
    body: string | ReadableStream,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const reply = await fetch(`${server.url}/config`, {
      method: "PUT",
      headers: { "content-type": "application/json", "x-api-key": key, ...headers },
      body,
      duplex: "half",
    });
    await reply.text();
    return reply;
  };
  const health = async () => (await fetch(`${server.url}/health`)).text();

  it.each([
    ["is larger than allowed", 413, 300_000, {}],
    ["is far larger than allowed", 413, 5_000_000, {}],
    ["is of another type", 415, 262_000, { "content-type": "text/plain" }],
    ["comes from nobody", 401, 300_000, { "x-api-key": "" }],
  ])("answers the requests after one whose body %s: %i", async (_, status, length, headers) => {
    for (let round = 0; round < 5; round += 1) {
      expect((await put("x".repeat(length), headers)).status).toBe(status);
      for (let next = 0; next < 3; next += 1) expect(await health()).toContain("ok");
    }
  });

  it("answers the requests after one whose body grew too large", async () => {
    for (let round = 0; round < 5; round += 1) {
      const body = ReadableStream.from(Array(20).fill(new Uint8Array(50_000)));
      expect((await put(body)).status).toBe(413);
      for (let next = 0; next < 3; next += 1) expect(await health()).toContain("ok");
    }
  });

  it("says that it closes the connection when a body is left unread, and only then", async () => {
    const unread = await put("x".repeat(300_000));
    const read = await put("{");

    expect([unread.status, unread.headers.get("connection")]).toEqual([413, "close"]);
    expect([read.status, read.headers.get("connection")]).toEqual([400, "keep-alive"]);
  });
});
