import { expect, test } from "vitest";
import { authorizerOn } from "../src/create-authorizer.ts";
import { keyIdOf } from "../src/keys/api-key.ts";
import { revokeApiKey } from "../src/keys/api-keys.ts";
import { apiKeyStore } from "../src/keys/key-store.ts";
import { REMEMBERED_MS, remembering } from "../src/remembering-authorizer.ts";
import { openAdmin } from "./open-admin.ts";

const YES = { isAuthorized: true };
const NO = { isAuthorized: false };

/** An authorizer that knows one credential, and how often it was asked; time by hand. */
function counted() {
  const state = { asked: 0, known: "secret", nowMs: 1_000 };
  const authorizer = remembering(
    async (event) => {
      state.asked += 1;
      return event === state.known ? YES : NO;
    },
    (event) => [String(event)],
    { elapsedMs: () => state.nowMs },
  );
  return { state, authorizer };
}

test("OUT-20: a credential that passed is looked up once in five seconds", async () => {
  const { state, authorizer } = counted();
  expect(REMEMBERED_MS).toBe(5_000);
  for (const afterMs of [0, 1, 4_998]) {
    state.nowMs += afterMs;
    expect(await authorizer("secret")).toEqual(YES);
  }
  expect(state.asked).toBe(1);
  state.nowMs += 1;
  await authorizer("secret");
  expect(state.asked).toBe(2);
});

test("OUT-20: a revoked credential passes for five seconds at most, however often it is used", async () => {
  const { state, authorizer } = counted();
  await authorizer("secret");
  state.known = "another";
  state.nowMs += 4_999;
  expect(await authorizer("secret")).toEqual(YES);
  state.nowMs += 1;
  expect(await authorizer("secret")).toEqual(NO);
  expect(await authorizer("secret")).toEqual(NO);
});

test("OUT-20: a refusal is not remembered, and one credential says nothing of another", async () => {
  const { state, authorizer } = counted();
  expect(await authorizer("new")).toEqual(NO);
  expect(await authorizer("secret")).toEqual(YES);
  state.known = "new";
  expect(await authorizer("new")).toEqual(YES);
});

test("OUT-20: what is remembered is bounded", async () => {
  const state = { asked: 0 };
  const authorizer = remembering(
    async () => {
      state.asked += 1;
      return YES;
    },
    (event) => [String(event)],
    { elapsedMs: () => 0 },
  );
  for (let index = 0; index <= 1_000; index += 1) await authorizer(index);
  await authorizer(1_000);
  expect(state.asked).toBe(1_001);
  await authorizer(0);
  expect(state.asked).toBe(1_002);
});

test("OUT-20: a key revoked meanwhile passes the authorizer and is refused by the API at once", async () => {
  const admin = await openAdmin();
  const key = await admin.newKey("acme", "viewer");
  const authorizer = remembering(authorizerOn({ keys: apiKeyStore(admin.table) }), () => [key], {
    elapsedMs: () => 0,
  });
  const event = { headers: { "x-api-key": key } };
  expect(await authorizer(event)).toEqual(YES);
  await revokeApiKey(admin.table, keyIdOf(key) ?? "");
  expect(await authorizer(event)).toEqual(YES);
  const { status } = await admin.send("GET", "/config", { key });
  await admin.close();
  expect(status).toBe(401);
});
