import { ActionType } from "@autonomy-gate/core/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KeyTerms } from "../src/keys/api-key.ts";
import { revokeApiKey } from "../src/keys/api-keys.ts";
import { createKey } from "../src/routes/keys.ts";
import { ROUTES } from "../src/routes/routes.ts";
import { ACCOUNT, accountNamed, naming } from "./naming.ts";
import { type Json, openAdmin, type TestAdmin } from "./open-admin.ts";
import { type MadeRequest, operationAt, plainRequest, SERVED, urlOf } from "./requests.ts";

const NOT_YOURS = { status: 403, json: { code: "NOT_YOUR_ACCOUNT" } };

/** What the plain requests of the matrix never name. */
const OTHER_TYPE = ActionType.parse("NAMED_BY_NO_REQUEST");

const KEYS = {
  "its accounts": { account_ids: ["acct_4*"] },
  "other accounts": { account_ids: ["other", "acct_43", "acct_4"] },
  "other types": { action_types: [OTHER_TYPE] },
  expired: { expires_at: "2026-01-01T00:00:00.000Z" },
  "not yet expired": { expires_at: "2999-01-01T00:00:00.000Z" },
  revoked: {},
} satisfies Record<string, Partial<KeyTerms>>;

describe("every route × credentials with limits or an end", () => {
  let admin: TestAdmin;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    admin = await openAdmin();
    for (const [name, terms] of Object.entries(KEYS)) {
      keys.set(name, await admin.newKey("acme", "admin", terms));
    }
    await revokeApiKey(admin.table, (keys.get("revoked") ?? "").slice(4, 20));
  });
  afterAll(() => admin.close());

  const send = (request: MadeRequest, key: keyof typeof KEYS) =>
    admin.send(request.method, urlOf(request), {
      key: keys.get(key),
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
    });

  for (const route of ROUTES) {
    const name = `${route.method.toUpperCase()} ${route.path}`;
    const plain = plainRequest(operationAt(route.method, route.path));
    const account = accountNamed(plain);
    const own = naming(plain, "query", "acme", account);
    /** Whether limits let pass a request that names nothing within them. */
    const namesNothing = route.limited === "FILTERED" && route !== createKey;

    it(`${name} refuses a key that has expired or was revoked`, async () => {
      for (const key of ["expired", "revoked"] as const) {
        expect(await send(own, key)).toMatchObject({
          status: 401,
          json: { code: "UNAUTHENTICATED" },
        });
      }
      expect(SERVED).toContain((await send(own, "not yet expired")).status);
    });

    if (account !== undefined) {
      it(`${name} refuses a key of other accounts, wherever the account is named`, async () => {
        expect(await send(own, "other accounts")).toMatchObject(NOT_YOURS);
        if (route.takesBody) {
          const { account_id, ...query } = own.query;
          const body: Json = own.body ?? {};
          for (const more of [{}, { pk: "x" }, { tenant_id: 7 }]) {
            const inBody = { ...own, query, body: { ...body, account_id: ACCOUNT, ...more } };
            expect(await send(inBody, "other accounts")).toMatchObject(NOT_YOURS);
          }
        }
        const spoilt = { ...own, query: { ...own.query, pk: "x" } };
        expect(await send(spoilt, "other accounts")).toMatchObject(NOT_YOURS);
      });

      it(`${name} serves a key of the account that is named`, async () => {
        expect(SERVED).toContain((await send(own, "its accounts")).status);
      });
    }

    it(`${name} ${namesNothing ? "serves" : "refuses"} a key with limits that names nothing`, async () => {
      const wide = naming(plain, "query", "acme", undefined);
      const about = account === undefined ? wide : own;
      const byType = await send(about, "other types");
      if (namesNothing) expect(SERVED).toContain(byType.status);
      else expect(byType).toMatchObject(NOT_YOURS);
      const byAccount = await send(wide, "other accounts");
      // Some routes are about an account in any case.
      if (namesNothing) expect([...SERVED, 400]).toContain(byAccount.status);
      else expect([400, 403]).toContain(byAccount.status);
      if (byAccount.status === 403) expect(byAccount).toMatchObject(NOT_YOURS);
    });
  }
});
