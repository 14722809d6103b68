import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, received, type TestAdmin } from "./open-admin.ts";

describe("a body", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  const put = async (body: string | Uint8Array<ArrayBuffer>, headers = {}) => {
    const init = {
      method: "PUT",
      body,
      headers: { "x-api-key": key, "content-type": "application/json", ...headers },
    };
    return received(await admin.app.request("/kill-switch?account_id=bodies", init));
  };
  const stop = (more = "") => `{"engaged":true,"effect":"BLOCK","reason":"an incident"${more}}`;

  it.each([
    ["OUT-6: with a key twice", stop(',"engaged":false'), "body.engaged"],
    [
      "OUT-6: with a key twice, spelled in two ways",
      stop(',"\\u0065ngaged":false'),
      "body.engaged",
    ],
    ["OUT-7: with a number that no double holds", stop(',"x":9007199254740993'), "body.x"],
  ])("%s is 400, and changes nothing", async (_, body, path) => {
    const reply = await put(body);
    expect(reply).toMatchObject({ status: 400, json: { code: "VALIDATION" } });
    expect(reply.json.issues.map((issue: { path: string }) => issue.path)).toEqual([path]);
    const { json } = await admin.send("GET", "/kill-switch?account_id=bodies", { key });
    expect(json.effective).toEqual([]);
  });

  it("OUT-9: that is not UTF-8 is 400", async () => {
    const bytes = new TextEncoder().encode(stop());
    bytes[bytes.indexOf(110)] = 0xff;
    expect(await put(bytes)).toMatchObject({
      status: 400,
      json: { issues: [{ path: "body", message: "must be UTF-8" }] },
    });
  });

  it.each([
    ["another charset", { "content-type": "application/json; charset=iso-8859-1" }],
    ["UTF-16", { "content-type": 'application/json; charset="utf-16"' }],
    ["compression", { "content-encoding": "gzip" }],
  ])("OUT-9: with %s is 415", async (_, headers) => {
    expect(await put(stop(), headers)).toMatchObject({ status: 415 });
  });

  it.each([
    { "content-type": "application/json; charset=utf-8" },
    { "content-type": 'application/json; charset="UTF-8"' },
    { "content-encoding": "identity" },
  ])("may say what it is: %o", async (headers) => {
    expect(await put(stop(), headers)).toMatchObject({ status: 200 });
  });
});
