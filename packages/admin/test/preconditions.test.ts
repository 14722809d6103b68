import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, type TestAdmin } from "./open-admin.ts";

describe("OUT-8: preconditions", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  const put = (account_id: string, mode: string, headers: Record<string, string>) =>
    admin.send("PUT", "/config", { key, body: { account_id, mode }, headers });
  const modeOf = async (account_id: string) => {
    const { json } = await admin.send("GET", `/config?account_id=${account_id}`, { key });
    return json.configs[0]?.mode;
  };

  it("If-None-Match: * creates an object and never overwrites one", async () => {
    const onlyIfNew = { "if-none-match": "*" };
    expect((await put("create", "DISABLED", onlyIfNew)).status).toBe(200);
    const again = await put("create", "AUTO_EXECUTE", onlyIfNew);
    expect(again).toMatchObject({ status: 412, json: { code: "PRECONDITION_FAILED" } });
    expect(await modeOf("create")).toBe("DISABLED");
  });

  it("If-None-Match with tags refuses to overwrite exactly those", async () => {
    const etag = (await put("tags", "DISABLED", {})).headers.get("etag") ?? "";
    expect((await put("tags", "AUTO_EXECUTE", { "if-none-match": etag })).status).toBe(412);
    expect((await put("tags", "AUTO_EXECUTE", { "if-none-match": '"another"' })).status).toBe(200);
  });

  it("a GET of one object that the client has already is 304, with its ETag", async () => {
    const body = { account_id: "get", engaged: true, effect: "BLOCK", reason: "an incident" };
    await admin.send("PUT", "/kill-switch", { key, body });
    const first = await admin.send("GET", "/kill-switch?account_id=get", { key });
    const etag = first.headers.get("etag") ?? "";
    const headers = { "if-none-match": etag };
    const again = await admin.send("GET", "/kill-switch?account_id=get", { key, headers });
    expect([again.status, again.text, again.headers.get("etag")]).toEqual([304, "", etag]);
    await admin.send("PUT", "/kill-switch", { key, body: { ...body, reason: "another" } });
    const changed = await admin.send("GET", "/kill-switch?account_id=get", { key, headers });
    expect(changed.status).toBe(200);
  });

  it.each([
    ["PUT", "/config", "if-unmodified-since"],
    ["PUT", "/config", "if-modified-since"],
    ["DELETE", "/config?account_id=x", "if-unmodified-since"],
    ["GET", "/config", "if-match"],
    ["GET", "/config", "if-range"],
    ["POST", "/simulate", "if-match"],
    ["POST", "/simulate", "if-none-match"],
  ])("%s %s is 400 with %s, which nobody would evaluate", async (method, path, name) => {
    const body = method === "GET" || method === "DELETE" ? {} : { body: { mode: "DISABLED" } };
    const reply = await admin.send(method, path, { key, ...body, headers: { [name]: "x" } });
    expect(reply.status).toBe(400);
    expect(reply.json.issues[0].path.toLowerCase()).toBe(`header.${name}`);
  });

  it("browsers may send those that are evaluated", async () => {
    const headers = {
      Origin: "https://ui.example.com",
      "Access-Control-Request-Method": "PUT",
      "Access-Control-Request-Headers": "if-none-match",
    };
    const reply = await admin.send("OPTIONS", "/config", { headers });
    expect(reply.headers.get("access-control-allow-headers")).toContain("If-None-Match");
  });
});
