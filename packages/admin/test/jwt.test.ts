import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { systemClock } from "@autonomy-gate/core/adapters";
import { exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cognitoTokens, keySetTokens } from "../src/auth/tokens.ts";
import { openAdmin, type TestAdmin } from "./open-admin.ts";

const ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_test";
const AUDIENCE = "client-1";
const CLAIMS = {
  sub: "u-1",
  "cognito:username": "ada",
  "cognito:groups": ["autonomy-admin", "others"],
  "custom:tenant_id": "acme",
};

describe("bearer tokens", () => {
  let admin: TestAdmin;
  let ours: { publicKey: KeyObject; privateKey: KeyObject };
  let theirs: { publicKey: KeyObject; privateKey: KeyObject };

  beforeAll(async () => {
    ours = generateKeyPairSync("rsa", { modulusLength: 2048 });
    theirs = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwk = { ...(await exportJWK(ours.publicKey)), kid: "k1", alg: "RS256", use: "sig" };
    const issuer = { issuer: ISSUER, audience: AUDIENCE, keySet: { keys: [jwk] } };
    const tokens = keySetTokens(issuer, systemClock());
    admin = await openAdmin((ports) => ({ authentication: { ...ports.authentication, tokens } }));
  });
  afterAll(() => admin.close());

  const get = (token: string, path = "/config?tenant_id=acme") =>
    admin.send("GET", path, { headers: { authorization: `Bearer ${token}` } });

  const token = (
    claims: Record<string, unknown> = CLAIMS,
    header: Record<string, unknown> = {},
    key: KeyObject = ours.privateKey,
  ) => {
    const usual = { iss: ISSUER, aud: AUDIENCE, exp: inSeconds(600) };
    return new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...claims })))
      .setProtectedHeader({ alg: "RS256", kid: "k1", ...header })
      .sign(key);
  };

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

  it("API-5 takes tenant, role and user from the verified token", async () => {
    expect((await get(await token())).status).toBe(200);
    const put = await admin.send("PUT", "/config", {
      body: { mode: "DISABLED" },
      headers: { authorization: `Bearer ${await token()}` },
    });
    expect(put.json.config.updated_by).toBe("user:ada");
  });

  it("API-3 never takes the tenant from the request", async () => {
    expect((await get(await token(), "/config?tenant_id=victim")).status).toBe(403);
    const { "custom:tenant_id": _, ...without } = CLAIMS;
    expect((await get(await token(without))).status).toBe(403);
    for (const tenant of ["", "a#b", ["acme"], null, 7]) {
      expect((await get(await token({ ...CLAIMS, "custom:tenant_id": tenant }))).status).toBe(403);
    }
  });

  it("API-4 gives no role without a group, and each group its own", async () => {
    for (const groups of [
      [],
      ["admins"],
      ["AUTONOMY-ADMIN"],
      ["autonomy-root"],
      "autonomy-admin",
    ]) {
      expect((await get(await token({ ...CLAIMS, "cognito:groups": groups }))).status).toBe(403);
    }
    const viewer = await token({ ...CLAIMS, "cognito:groups": ["autonomy-viewer"] });
    const headers = { authorization: `Bearer ${viewer}` };
    const put = await admin.send("PUT", "/config", { body: { mode: "DISABLED" }, headers });
    expect(put.status).toBe(403);
  });

  it("gives every role of its groups, and limits them to its accounts", async () => {
    const limited = { ...CLAIMS, "custom:account_ids": "acct_1, emea-*" };
    const accounts = ["acct_1", "emea-7", "acct_12", "emea"];
    const statuses = accounts.map(async (account) => {
      return (await get(await token(limited), `/config?account_id=${account}`)).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 200, 403, 403]);
    for (const odd of ["", "*", "a#b", "acct_1,,", 7, ["acct_1"]]) {
      const claims = { ...CLAIMS, "custom:account_ids": odd };
      expect((await get(await token(claims), "/config?account_id=acct_1")).status).toBe(403);
    }
    const groups = ["autonomy-executor", "autonomy-operator"];
    const both = {
      authorization: `Bearer ${await token({ ...CLAIMS, "cognito:groups": groups })}`,
    };
    const body = { engaged: false, effect: "BLOCK", reason: "none" };
    const stop = "/kill-switch?tenant_id=acme";
    expect((await admin.send("PUT", stop, { body, headers: both })).status).toBe(200);
    const executor = await token({ ...CLAIMS, "cognito:groups": ["autonomy-executor"] });
    expect((await get(executor)).status).toBe(403);
  });

  it("refuses alg none, with and without a signature", async () => {
    const parts = (header: object) =>
      [header, { ...CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: inSeconds(600) }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
    for (const alg of ["none", "None", "NONE", "nOnE"]) {
      for (const signature of ["", "AAAA"]) {
        expect((await get(`${parts({ alg, kid: "k1" })}.${signature}`)).status).toBe(401);
      }
    }
  });

  it("refuses HS256 signed with the public key", async () => {
    const secret = ours.publicKey.export({ type: "spki", format: "pem" });
    const unsigned = [
      { alg: "HS256", kid: "k1", typ: "JWT" },
      { ...CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: inSeconds(600) },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const signature = createHmac("sha256", secret).update(unsigned).digest("base64url");
    expect((await get(`${unsigned}.${signature}`)).status).toBe(401);
  });

  it("refuses another key, also one the token brings along or points to", async () => {
    const jwk = await exportJWK(theirs.publicKey);
    for (const header of [
      {},
      { jwk },
      { jku: "https://evil.example.com/keys" },
      { x5u: "https://evil.example.com" },
    ]) {
      expect((await get(await token(CLAIMS, header, theirs.privateKey))).status).toBe(401);
    }
  });

  it("refuses key ids that are no key of ours", async () => {
    for (const kid of ["k2", "../../k1", "k1' OR '1'='1", "/dev/null", "__proto__", ""]) {
      expect((await get(await token(CLAIMS, { kid }))).status, kid).toBe(401);
    }
  });

  it("refuses what is expired, not yet valid, unsigned for us, or from elsewhere", async () => {
    for (const claims of [
      { exp: undefined },
      { exp: null },
      { exp: "2099-01-01" },
      { exp: inSeconds(-1) },
      { exp: 0 },
      { nbf: inSeconds(600) },
      { aud: "client-2" },
      { aud: [] },
      { iss: `${ISSUER}/` },
      { iss: "https://evil.example.com" },
      { sub: undefined },
    ]) {
      expect(
        (await get(await token({ ...CLAIMS, ...claims }))).status,
        JSON.stringify(claims),
      ).toBe(401);
    }
  });

  it("refuses other RSA algorithms, and a token that was touched", async () => {
    expect((await get(await token(CLAIMS, { alg: "RS512" }))).status).toBe(401);
    expect((await get(await token(CLAIMS, { alg: "PS256" }))).status).toBe(401);
    const [head = "", claims = "", signature = ""] = (await token()).split(".");
    const other = Buffer.from(claims, "base64url").toString().replace("acme", "evil");
    for (const forged of [
      `${head}.${Buffer.from(other).toString("base64url")}.${signature}`,
      `${head}.${claims}.`,
      `${head}.${claims}`,
      `${head}.${claims}.${signature.slice(0, -4)}`,
      "",
      "x",
      "a.b.c",
    ]) {
      expect((await get(forged)).status).toBe(401);
    }
  });

  it("accepts no token where no issuer is configured", async () => {
    const plain = await openAdmin();
    const headers = { authorization: `Bearer ${await token()}` };
    const reply = await plain.send("GET", "/config?tenant_id=acme", { headers });
    await plain.close();
    expect(reply.status).toBe(401);
  });

  it("verifies a Cognito pool's ID tokens alike, and no access tokens", async () => {
    const { n = "", e = "" } = await exportJWK(ours.publicKey);
    const keySet = {
      keys: [{ kty: "RSA", n, e, kid: "k1", alg: "RS256", use: "sig" as const }],
    };
    const pool = { userPoolId: "eu-central-1_test", clientIds: [AUDIENCE], keySet };
    const cognito = cognitoTokens(pool);
    const id = { ...CLAIMS, token_use: "id" };
    expect(await cognito.verify(await token(id))).toEqual({
      actor: "user:ada",
      kind: "PERSON",
      roles: ["admin"],
      tenant: "acme",
      limits: {},
    });
    for (const claims of [
      { ...id, exp: undefined },
      { ...id, exp: null },
      { ...id, exp: "2099-01-01" },
      { ...id, sub: undefined },
      { ...id, token_use: "access", client_id: AUDIENCE },
      { ...id, exp: inSeconds(-1) },
      { ...id, aud: "client-2" },
      { ...id, iss: "https://evil.example.com" },
    ]) {
      expect(await cognito.verify(await token(claims))).toBeUndefined();
    }
    expect(await cognito.verify(await token(id, {}, theirs.privateKey))).toBeUndefined();
    expect(await cognito.verify(await token(id, { alg: "RS512" }))).toBeUndefined();
    expect(await cognito.verify("a.b.c")).toBeUndefined();
  });
});
