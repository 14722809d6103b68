import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authorizerOn } from "../src/create-authorizer.ts";
import { createHandler } from "../src/create-handler.ts";
import { authorizerConfigFrom } from "../src/environment/authorizer-config.ts";
import { adminConfigFrom } from "../src/environment/config.ts";
import { openAdmin, type TestAdmin } from "./open-admin.ts";

const VARIABLES = {
  AUTONOMY_CONFIG_TABLE_NAME: "config",
  AUTONOMY_BUDGET_STATE_TABLE_NAME: "budget",
  AUTONOMY_LEDGER_TABLE_NAME: "ledger",
  AUTONOMY_EVENT_BUS_NAME: "bus",
  AUTONOMY_CORS_ORIGINS: "https://a.example.com, https://b.example.com",
  AUTONOMY_JWT_USER_POOL_ID: "eu-central-1_test",
  AUTONOMY_JWT_CLIENT_IDS: "one,two",
};

describe("environment", () => {
  it("is parsed once, lists and all", () => {
    const userPool = { userPoolId: "eu-central-1_test", clientIds: ["one", "two"] };
    expect(adminConfigFrom(VARIABLES)).toEqual({
      tables: { config: "config", budgetState: "budget", ledger: "ledger" },
      busName: "bus",
      corsOrigins: ["https://a.example.com", "https://b.example.com"],
      configObjectsMax: 2_000,
      userPool,
    });
    expect(authorizerConfigFrom(VARIABLES)).toEqual({ configTable: "config", userPool });
    expect(() => authorizerConfigFrom({})).toThrow(/CONFIG_TABLE.*USER_POOL.*CLIENT_IDS/s);
  });

  it("stops the cold start by the name of everything that is missing or malformed", () => {
    expect(() => adminConfigFrom({})).toThrow(
      /CONFIG_TABLE.*BUDGET_STATE_TABLE.*LEDGER.*EVENT_BUS/s,
    );
    expect(() => adminConfigFrom({ ...VARIABLES, AUTONOMY_CORS_ORIGINS: "anything" })).toThrow(
      /CORS/,
    );
    expect(() => adminConfigFrom({ ...VARIABLES, AUTONOMY_JWT_CLIENT_IDS: "" })).toThrow(
      /CLIENT_IDS/,
    );
  });

  it("takes nothing for an origin that no browser would send as one", () => {
    for (const origin of [
      "https://console.example.com/",
      "https://console.example.com/admin",
      "https://Console.example.com",
      "https://console.example.com:443",
      "https://user@console.example.com",
      "console.example.com",
      "*",
      "null",
      "https://",
      "file:///srv",
      "data:text/html,x",
    ]) {
      const environment = {
        ...VARIABLES,
        AUTONOMY_CORS_ORIGINS: `https://a.example.com,${origin}`,
      };
      expect(() => adminConfigFrom(environment), origin).toThrow(
        /AUTONOMY_CORS_ORIGINS\.1: must be an origin such as https:\/\/console\.example\.com/,
      );
    }
    const usable = ["http://localhost:5173", "https://xn--bcher-kva.example", "http://[::1]:3000"];
    const environment = { ...VARIABLES, AUTONOMY_CORS_ORIGINS: usable.join(",") };
    expect(adminConfigFrom(environment).corsOrigins).toEqual(usable);
  });

  it("API-4 builds a handler that serves nobody without a credential", async () => {
    const handler = createHandler(adminConfigFrom(VARIABLES));
    const answer = await handler({ httpMethod: "GET", path: "/config", headers: null }, {});
    expect(answer.statusCode).toBe(401);
  });
});

describe("authorizer", () => {
  let admin: TestAdmin;
  beforeAll(async () => {
    admin = await openAdmin();
  });
  afterAll(() => admin.close());

  it("lets a valid key pass in any letter case, and nothing else", async () => {
    const authorize = authorizerOn(admin.ports.authentication);
    const key = await admin.newKey("acme", "viewer");
    for (const name of ["x-api-key", "X-Api-Key"]) {
      expect(await authorize({ headers: { [name]: key } })).toEqual({ isAuthorized: true });
    }
    for (const event of [
      { headers: { "x-api-key": `${key}x` } },
      { headers: { "x-api-key": "a\r\nb" } },
      { headers: { authorization: "Bearer x" } },
      { headers: { authorization: "Bearer x", "x-api-key": key } },
      { headers: {} },
      { headers: null },
      {},
      null,
    ]) {
      expect(await authorize(event)).toEqual({ isAuthorized: false });
    }
  });

  it("does not call a fault a refusal", async () => {
    const fault = new Error("no answer");
    const find = async () => {
      throw fault;
    };
    const event = { headers: { "x-api-key": await admin.newKey("acme", "viewer") } };
    await expect(authorizerOn({ keys: { find } })(event)).rejects.toBe(fault);
  });
});
