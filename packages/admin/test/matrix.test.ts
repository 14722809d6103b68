import { mayActAs, Role } from "@autonomy-gate/core/access";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../src/routes/routes.ts";
import { accountNamed, naming, PLACES, withoutTenant } from "./naming.ts";
import { type Json, openAdmin, type TestAdmin } from "./open-admin.ts";
import {
  documentedOperations,
  type MadeRequest,
  operationAt,
  plainRequest,
  SERVED,
  urlOf,
} from "./requests.ts";

const ROLES = Role.options;

describe("every route × credential × tenant", () => {
  let admin: TestAdmin;
  const keys = new Map<string, string>();

  beforeAll(async () => {
    admin = await openAdmin();
    for (const role of ROLES) {
      for (const tenant of ["acme", "mallory", "*"]) {
        keys.set(`${tenant} ${role}`, await admin.newKey(tenant, role));
      }
    }
  });
  afterAll(() => admin.close());

  const cases = ROUTES.map((route) => ({
    name: `${route.method.toUpperCase()} ${route.path}`,
    route,
    plain: plainRequest(operationAt(route.method, route.path)),
  }));

  const send = (request: MadeRequest, key: string | undefined) =>
    admin.send(request.method, urlOf(request), {
      key,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
    });

  it("documents every route of the table, and no other", () => {
    const documented = documentedOperations().map(({ method, path }) => `${method} ${path}`);
    const served = ROUTES.map(({ method, path }) => `${method} ${path}`);
    const open = ["get /health", "get /openapi.json", "get /docs"];
    expect(documented.sort()).toEqual([...served, ...open].sort());
  });

  for (const { name, route, plain } of cases) {
    const account = accountNamed(plain);
    const [least = "admin"] = route.roles;

    it(`API-4 ${name} refuses a request without a credential, or with one that is none`, async () => {
      const own = naming(plain, "query", "acme", account);
      const expected = { status: 401, json: { code: "UNAUTHENTICATED" } };
      expect(await send(own, undefined)).toMatchObject(expected);
      const real = keys.get("acme admin") ?? "";
      for (const key of [
        "",
        "x",
        "agk_",
        `${real}x`,
        real.slice(0, -2),
        real.replace("agk_", "AGK_"),
      ]) {
        expect(await send(own, key)).toMatchObject(expected);
      }
      const swapped = `${real.slice(0, 21)}${(keys.get("mallory admin") ?? "").slice(21)}`;
      expect(await send(own, swapped)).toMatchObject(expected);
    });

    it(`API-1 API-3 ${name} refuses another tenant's credential, wherever the tenant is named`, async () => {
      for (const place of PLACES) {
        if (place === "body" && !route.takesBody) continue;
        const theirs = naming(plain, place, "acme", account);
        const reply = await send(theirs, keys.get(`mallory ${least}`));
        expect(reply).toMatchObject({ status: 403, json: { code: "FORBIDDEN" } });
        expect(reply.text).not.toContain("acme");
      }
    });

    it(`API-1 ${name} refuses a request that names two tenants`, async () => {
      const own = naming(plain, "query", "mallory", account);
      const mixed = { ...own, headers: { "X-Tenant-Id": "acme" } };
      expect(await send(mixed, keys.get(`mallory ${least}`))).toMatchObject({ status: 403 });
      expect(await send(mixed, keys.get(`* ${least}`))).toMatchObject({ status: 400 });
    });

    it(`API-4 ${name} needs the role ${least}`, async () => {
      for (const role of ROLES) {
        const reply = await send(naming(plain, "query", "acme", account), keys.get(`acme ${role}`));
        if (route.roles.some((one) => mayActAs([role], one)))
          expect(SERVED).toContain(reply.status);
        else expect(reply).toMatchObject({ status: 403, json: { code: "FORBIDDEN" } });
      }
    });

    it(`${name} serves the platform's credential for a tenant`, async () => {
      const reply = await send(naming(plain, "query", "acme", account), keys.get(`* ${least}`));
      expect(SERVED).toContain(reply.status);
    });

    it(`API-9 ${name} takes the tenant from X-Tenant-Id in any letter case`, async () => {
      for (const header of ["X-Tenant-Id", "x-tenant-id", "X-TENANT-ID"]) {
        const request = {
          ...naming(plain, "query", undefined, account),
          headers: { [header]: "acme" },
        };
        const body = withoutTenant(request);
        expect(SERVED).toContain((await send(body, keys.get(`* ${least}`))).status);
        expect(await send(body, keys.get(`mallory ${least}`))).toMatchObject({ status: 403 });
      }
    });

    if (route.takesBody) {
      it(`API-1 ${name} refuses another tenant's credential whatever else is wrong with the body`, async () => {
        const theirs = naming(plain, "body", "acme", account);
        const body: Json = theirs.body ?? { tenant_id: "acme" };
        const nestedTooDeep = "[".repeat(100) + "]".repeat(100);
        for (const spoilt of [
          { ...body, pk: "TENANT#acme" },
          { ...body, account_id: "a#b" },
          { tenant_id: "acme" },
          `{"tenant_id":"acme","__proto__":{},"deep":${nestedTooDeep}}`,
        ]) {
          const reply = await send({ ...theirs, body: spoilt }, keys.get(`mallory ${least}`));
          expect(reply, JSON.stringify(spoilt)).toMatchObject({
            status: 403,
            json: { code: "FORBIDDEN" },
          });
        }
        const malformed = { ...theirs, body: { ...body, tenant_id: "a#b", intent: undefined } };
        expect(await send(malformed, keys.get(`mallory ${least}`))).toMatchObject({
          status: 400,
        });
      });
    }

    it(`API-1 ${name} refuses another tenant's credential whatever else is wrong with the query`, async () => {
      const theirs = naming(plain, "query", "acme", "a#b");
      const request = { ...theirs, query: { ...theirs.query, pk: "x" } };
      expect(await send(request, keys.get(`mallory ${least}`))).toMatchObject({
        status: 403,
        json: { code: "FORBIDDEN" },
      });
    });

    if (route.namingNobody === "OWN_OR_EVERYONE") {
      it(`${name} is about the credential's own tenant where nobody is named`, async () => {
        const request = withoutTenant(naming(plain, "query", undefined, undefined));
        for (const tenant of ["acme", "*"]) {
          const reply = await send(request, keys.get(`${tenant} ${least}`));
          expect(SERVED).toContain(reply.status);
        }
      });
    }

    if (route.namingNobody === "EVERYONE") {
      it(`${name} keeps what is global to the platform's credentials`, async () => {
        const request = withoutTenant(naming(plain, "query", undefined, undefined));
        expect(await send(request, keys.get(`acme ${least}`))).toMatchObject({ status: 403 });
        expect(SERVED).toContain((await send(request, keys.get(`* ${least}`))).status);
      });
    }

    it(`KEY ${name} refuses ids that could forge a key, before anything is looked up`, async () => {
      for (const id of [
        "a#ACCOUNT#b",
        "TENANT#a",
        "",
        "a\u0430",
        "a b",
        "x".repeat(10_240),
        "../a",
        "%00",
      ]) {
        const reply = await send(naming(plain, "query", id, account), keys.get(`* ${least}`));
        expect(reply, id.slice(0, 20)).toMatchObject({ status: 400, json: { code: "VALIDATION" } });
      }
    });
  }
});
