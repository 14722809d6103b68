import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AdminHandler, type LambdaAnswer, lambdaHandler } from "../src/lambda.ts";
import { ROUTES } from "../src/routes/routes.ts";
import { openAdmin, type TestAdmin } from "./open-admin.ts";
import { type MadeRequest, operationAt, plainRequest, SERVED } from "./requests.ts";

const CONTEXT = { awsRequestId: "r1", getRemainingTimeInMillis: () => 30_000 };

/** API Gateway's REST API, as its proxy integration sends it. */
function restEvent({ method, path, query, body, headers }: MadeRequest) {
  return {
    resource: "/{proxy+}",
    path,
    httpMethod: method,
    headers: { Host: "api.example.com", ...headers },
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, [value]]),
    ),
    queryStringParameters: Object.keys(query).length === 0 ? null : query,
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, [value]]),
    ),
    pathParameters: null,
    stageVariables: null,
    requestContext: { stage: "prod", requestId: "r1", identity: {}, authorizer: null },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** API Gateway's HTTP API, payload version 2.0, on a named stage. */
function httpEvent({ method, path, query, body, headers }: MadeRequest) {
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: `/prod${path}`,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: { host: "api.example.com", ...headers },
    requestContext: {
      stage: "prod",
      requestId: "r1",
      http: { method, path: `/prod${path}`, sourceIp: "127.0.0.1" },
    },
    ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)).toString("base64") }),
    isBase64Encoded: body !== undefined,
  };
}

const FORMATS = { "REST API (v1)": restEvent, "HTTP API (v2)": httpEvent };

/** Each kind of API behind a base path of a custom domain, by the route that the gateway chose. */
function underBasePath(request: MadeRequest, route: string, parameters: Record<string, string>) {
  const path = `/autonomy${request.path}`;
  return {
    "REST API (v1)": {
      ...restEvent(request),
      resource: route,
      path,
      pathParameters: Object.keys(parameters).length === 0 ? null : parameters,
      requestContext: { stage: "prod", requestId: "r1", path, resourcePath: route },
    },
    "HTTP API (v2)": {
      ...httpEvent(request),
      routeKey: `${request.method.toUpperCase()} ${route}`,
      rawPath: path,
      pathParameters: parameters,
      requestContext: {
        stage: "$default",
        requestId: "r1",
        http: { method: request.method.toUpperCase(), path, sourceIp: "127.0.0.1" },
      },
    },
  };
}

describe("on Lambda", () => {
  let admin: TestAdmin;
  let handler: AdminHandler;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    handler = lambdaHandler(admin.app);
    key = await admin.newKey("*", "admin");
  });
  afterAll(() => admin.close());

  const invoke = async (event: unknown): Promise<LambdaAnswer> => {
    const callback = () => expect.unreachable("the promise is the answer");
    return Reflect.apply(handler, undefined, [event, CONTEXT, callback]);
  };
  const headerOf = (answer: LambdaAnswer, name: string) =>
    [answer.headers?.[name], answer.multiValueHeaders?.[name]]
      .flat()
      .find((value) => value !== undefined);

  describe.each(["REST API (v1)", "HTTP API (v2)"] as const)("of a %s", (format) => {
    const ids = { tenant_id: "acme", account_id: "a1" };

    it.each([
      ["/config", "/{proxy+}", { proxy: "config" }, 200],
      ["/config/effective", "/{proxy+}", { proxy: "config/effective" }, 200],
      ["/decisions/i1", "/{proxy+}", { proxy: "decisions/i1" }, 404],
      ["/kill-switch", "/kill-switch", {}, 200],
      ["/health", "/health", {}, 200],
    ])(
      "OUT-20: %s is served under a base path, by the route %s",
      async (path, route, parameters, status) => {
        const query = path === "/health" ? {} : ids;
        const request = { method: "GET", path, query, headers: { "X-Api-Key": key } };
        const answer = await invoke(underBasePath(request, route, parameters)[format]);
        expect(answer.statusCode, answer.body).toBe(status);
        expect(answer.body).not.toContain("There is no such path.");
      },
    );

    it("OUT-20: a path that only ends like a route's is none", async () => {
      const request = { method: "GET", path: "/config", query: ids, headers: { "X-Api-Key": key } };
      const event = underBasePath(request, "/{proxy+}", { proxy: "autonomy/config" })[format];
      expect(await invoke(event)).toMatchObject({
        statusCode: 404,
        body: expect.stringContaining("There is no such path."),
      });
    });
  });

  it("declares no callback: the runtime refuses functions that do", () => {
    expect(handler.length).toBeLessThanOrEqual(2);
  });

  for (const [format, eventOf] of Object.entries(FORMATS)) {
    for (const route of ROUTES) {
      it(`${route.method.toUpperCase()} ${route.path} answers a ${format} event as over HTTP`, async () => {
        const plain = plainRequest(operationAt(route.method, route.path));
        const ids: Record<string, string> = { tenant_id: "acme", account_id: "a1" };
        const taken = operationAt(route.method, route.path).operation.parameters.filter(
          ({ name }) => name in ids,
        );
        const intent = { tenant_id: "acme", account_id: "a1", action_intent_id: "i1" };
        const request: MadeRequest = {
          ...plain,
          query: {
            ...plain.query,
            ...Object.fromEntries(taken.map(({ name }) => [name, ids[name] ?? ""])),
          },
          headers: {
            "X-Api-Key": key,
            ...(plain.body === undefined ? {} : { "Content-Type": "application/json" }),
          },
          ...(route.path === "/simulate" ? { body: { intent } } : {}),
        };
        const answer = await invoke(eventOf(request));
        expect(SERVED, answer.body).toContain(answer.statusCode);
        expect(answer.isBase64Encoded).toBe(false);
        expect(headerOf(answer, "x-request-id")).toBe("r1");
        const refused = await invoke(eventOf({ ...request, headers: {} }));
        expect(refused).toMatchObject({ statusCode: 401 });
      });
    }

    it(`a ${format} event's request id is the one in the answer, the log and the audit trail`, async () => {
      const body = { tenant_id: "acme", account_id: "traced", mode: "DISABLED" };
      const headers = { "X-Api-Key": key, "Content-Type": "application/json" };
      const event = eventOf({ method: "PUT", path: "/config", query: {}, headers, body });
      const requestContext = (requestId: unknown) => ({ ...event.requestContext, requestId });
      for (const id of ["JKJaXmPLvHcESHA=", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"]) {
        const answer = await invoke({ ...event, requestContext: requestContext(id) });
        expect(headerOf(answer, "x-request-id"), answer.body).toBe(id);
        expect(admin.answered.at(-1)).toMatchObject({ request_id: id, status: 200 });
        const { json } = await admin.send("GET", "/audit?tenant_id=acme&limit=1", { key });
        expect(json.entries).toMatchObject([{ request_id: id }]);
      }
      for (const odd of [undefined, null, 7, "", "a b", "a\r\nb: c", "ü", "x".repeat(129)]) {
        const answer = await invoke({ ...event, requestContext: requestContext(odd) });
        const id = headerOf(answer, "x-request-id");
        expect(id, answer.body).toMatch(/^[0-9a-f-]{36}$/);
        expect(admin.answered.at(-1)).toMatchObject({ request_id: id, status: 200 });
      }
    });

    it(`API-8 a ${format} event survives what may be missing from it`, async () => {
      const event = eventOf({ method: "GET", path: "/config", query: {}, headers: {} });
      for (const missing of [
        { headers: null, multiValueHeaders: null },
        { headers: undefined, multiValueHeaders: undefined },
        { requestContext: undefined },
        { requestContext: null },
        { requestContext: {} },
        {
          queryStringParameters: null,
          multiValueQueryStringParameters: null,
          rawQueryString: undefined,
        },
        { body: "{}", isBase64Encoded: "yes" },
        { headers: { "bad header\r\n": "x\r\ny" }, multiValueHeaders: null },
        { headers: { "x-api-key": null, authorization: 7 } },
      ]) {
        const answer = await invoke({ ...event, ...missing });
        const expected = "rawPath" in event && "requestContext" in missing ? [401, 404] : [401];
        expect(expected, JSON.stringify(missing)).toContain(answer.statusCode);
      }
    });
  }

  it("API-8 answers events that are none at all", async () => {
    for (const event of [
      null,
      undefined,
      {},
      [],
      "x",
      7,
      { rawPath: 7 },
      { httpMethod: null, path: null },
    ]) {
      expect((await invoke(event)).statusCode).toBe(404);
    }
  });

  it("API-9 reads X-Tenant-Id in any letter case, and a header given twice is no tenant", async () => {
    const tenant = await admin.newKey("acme", "viewer");
    for (const name of ["X-Tenant-Id", "x-tenant-id", "X-TENANT-ID"]) {
      for (const eventOf of Object.values(FORMATS)) {
        const ask = (value: string) =>
          invoke(
            eventOf({
              method: "GET",
              path: "/config",
              query: {},
              headers: { "X-Api-Key": tenant, [name]: value },
            }),
          );
        expect((await ask("acme")).statusCode).toBe(200);
        expect((await ask("victim")).statusCode).toBe(403);
        expect((await ask("acme, victim")).statusCode).toBe(400);
      }
    }
  });

  it("hands over CORS, ETag and CSV as text", async () => {
    const headers = { "X-Api-Key": key, origin: "https://ui.example.com" };
    const options = await invoke(
      httpEvent({ method: "OPTIONS", path: "/config", query: {}, headers }),
    );
    expect(options).toMatchObject({
      statusCode: 204,
      headers: { "access-control-allow-origin": "https://ui.example.com" },
    });
    const body = { tenant_id: "acme", account_id: "etag", mode: "DISABLED" };
    const put = await invoke(
      restEvent({
        method: "PUT",
        path: "/config",
        query: {},
        headers: { ...headers, "Content-Type": "application/json" },
        body,
      }),
    );
    expect(headerOf(put, "etag")).toBe(JSON.parse(put.body).config.etag);
    for (const format of ["csv", "jsonl"]) {
      const query = { tenant_id: "acme", from: "2026-01-01", to: "2099-01-01", format };
      const answer = await invoke(
        httpEvent({ method: "GET", path: "/audit/export", query, headers }),
      );
      expect(answer.isBase64Encoded).toBe(false);
      expect(answer.body).toContain("PUT /config");
    }
  });
});
