import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../../core/test/runs.ts";
import { aBody, SOURCES, someData } from "../../test/fixtures.ts";
import type { Refused } from "../event.ts";
import { type IntentMessage, readMessage } from "./envelope.ts";

function intentIn(body: string): IntentMessage {
  const message = readMessage(body, SOURCES);
  if (message.kind !== "intent") throw new TypeError(`Refused: ${message.errorDetail}`);
  return message;
}

function refusalOf(body: string): Refused {
  const message = readMessage(body, SOURCES);
  if (message.kind !== "refused") throw new TypeError("Accepted.");
  return message;
}

/** The paths that make the intent invalid. */
function pathsIn(body: string): string[] {
  const { content } = intentIn(body).received;
  return content.valid ? [] : content.issues.map(({ path }) => path);
}

/** The data as JSON text, with one field written as given. */
function dataText(name: string, json: string): string {
  const placeholder = "e2b1";
  return aBody({ data: someData({ [name]: placeholder }) }).replace(`"${placeholder}"`, json);
}

/** A body whose metadata are a JSON text. */
function metadataText(json: string): string {
  return aBody({ metadata: "e2b1" }).replace('"e2b1"', json);
}

describe("a valid intent", () => {
  test("is read with its ids, its trace and when it was published", () => {
    const message = intentIn(aBody());
    expect(message.received).toMatchObject({
      tenant_id: "acme",
      account_id: "acct_42",
      action_intent_id: "ai_1769600000000_x7k2",
      trace_id: "trace-7",
      causation_id: "0192",
      content: { valid: true, intent: someData() },
    });
    expect(message.received.decision_id).toMatch(/^dec_[a-z2-7]{26}$/);
    expect(message.occurredAtMs).toBe(Date.UTC(2026, 10, 22, 9, 30));
  });

  test("keeps every field of its data, known or not, in RFC 8785 form", () => {
    const message = intentIn(aBody({ data: someData({ zeta: 1e22, alpha: ["ä", null] }) }));
    expect(message.canonical).toBe(
      '{"account_id":"acct_42","action_intent_id":"ai_1769600000000_x7k2","action_type":"CREATE_INTERNAL_NOTE","alpha":["ä",null],"confidence_score":0.91,"parameters":{"text":"Renewal call moved to Friday"},"risk_level":"LOW","tenant_id":"acme","zeta":1e+22}',
    );
  });

  test("has the fingerprint of its canonical data", () => {
    const { canonical, received } = intentIn(aBody());
    const sha = createHash("sha256").update(String(canonical)).digest("base64url");
    expect(received.fingerprint).toBe(sha);
  });

  test("shares its fingerprint with no other number, however close", () => {
    const fingerprintOf = (ticket: string) =>
      intentIn(dataText("parameters", ticket)).received.fingerprint;
    expect(fingerprintOf("9007199254740993")).not.toBe(fingerprintOf("9007199254740992"));
  });

  test("has one fingerprint whatever its metadata, its envelope and the order of its fields", () => {
    const reversed = Object.fromEntries(Object.entries(someData()).reverse());
    const again = aBody({
      data: reversed,
      metadata: { trace_id: "other" },
      event: { id: "other" },
    });
    expect(intentIn(again).received.fingerprint).toBe(intentIn(aBody()).received.fingerprint);
  });

  test("has another fingerprint when anything in its data differs", () => {
    const prints = [
      {},
      { parameters: { text: "Renewal call moved to Monday" } },
      { note: "" },
      { note: null },
      { risk_level: "low" },
    ].map((more) => intentIn(aBody({ data: someData(more) })).received.fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  test("takes the event's id for its cause when its metadata names none", () => {
    const { received } = intentIn(aBody({ metadata: {} }));
    expect(received.causation_id).toBe("6a7e8feb-b491-4cf7-a9f1-bf3703467718");
    expect(received).not.toHaveProperty("trace_id");
    expect(intentIn(aBody({ metadata: undefined })).received.content.valid).toBe(true);
  });

  test.each([
    ["a confidence in percent", { confidence_score: 87 }],
    ["a risk level that is none", { risk_level: "CRITICAL " }],
    ["neither", { confidence_score: undefined, risk_level: undefined }],
    ["an unknown type", { action_type: "WIRE_MONEY" }],
    ["128 KB of data", { parameters: { text: "x".repeat(128 * 1024 - 400) } }],
    ["32 levels", { parameters: nested(31) }],
  ])("may have %s: that has a decision of its own", (_, more) => {
    expect(pathsIn(aBody({ data: someData(more) }))).toEqual([]);
  });

  test("OUT-11: may have null for whatever it does not say", () => {
    const metadata = { event_id: null, trace_id: null, occurred_at: null, schema_version: null };
    const data = someData({ expires_at: null, lifecycle_state: null, target: null });
    for (const body of [aBody({ data, metadata }), aBody({ data, metadata: null })]) {
      const { received } = intentIn(body);
      expect(received.content).toMatchObject({ valid: true, intent: { expires_at: undefined } });
      expect(received).not.toHaveProperty("trace_id");
    }
  });

  test.each([`2026-11-22T09:30:00.${"1".repeat(64)}Z`, "never", 7])(
    "is not kept from the gate by an occurred_at of %j",
    (occurred_at) => {
      const message = intentIn(aBody({ metadata: { occurred_at } }));
      expect(message.received.content.valid).toBe(true);
      expect(message).not.toHaveProperty("occurredAtMs");
    },
  );

  test("is not given what hides in a field named __proto__", () => {
    const { confidence_score, ...data } = someData();
    const body = aBody({ data }).replace(
      '"tenant_id"',
      '"__proto__":{"confidence_score":1},"tenant_id"',
    );
    const { received, canonical } = intentIn(body);
    expect(received.content).not.toHaveProperty("intent.confidence_score");
    expect(canonical).toContain('"__proto__":{"confidence_score":1}');
  });
});

describe("an intent whose ids are usable and whose content is not is INVALID_INTENT", () => {
  test.each([
    ["no action type", aBody({ data: someData({ action_type: undefined }) }), "data.action_type"],
    [
      "DEFAULT for a type",
      aBody({ data: someData({ action_type: "DEFAULT" }) }),
      "data.action_type",
    ],
    [
      "a type in lower case",
      aBody({ data: someData({ action_type: "note" }) }),
      "data.action_type",
    ],
    ["a type that is no text", aBody({ data: someData({ action_type: 7 }) }), "data.action_type"],
    [
      "an expiry that is no instant",
      aBody({ data: someData({ expires_at: "2026-12-22" }) }),
      "data.expires_at",
    ],
    [
      "an expiry that is a number",
      aBody({ data: someData({ expires_at: 1769600000 }) }),
      "data.expires_at",
    ],
    [
      "an expiry longer than is read",
      aBody({ data: someData({ expires_at: `2026-12-22T09:30:00.${"1".repeat(64)}Z` }) }),
      "data.expires_at",
    ],
    [
      "a lifecycle state of 129 characters",
      aBody({ data: someData({ lifecycle_state: "x".repeat(129) }) }),
      "data.lifecycle_state",
    ],
    [
      "a lifecycle state that is no text",
      aBody({ data: someData({ lifecycle_state: {} }) }),
      "data.lifecycle_state",
    ],
    [
      "an event id of 129 characters",
      aBody({ metadata: { event_id: "x".repeat(129) } }),
      "metadata.event_id",
    ],
    [
      "a trace id of 129 characters",
      aBody({ metadata: { trace_id: "x".repeat(129) } }),
      "metadata.trace_id",
    ],
    ["a trace id that is no text", aBody({ metadata: { trace_id: 7 } }), "metadata.trace_id"],
    ["metadata that are a list", aBody({ metadata: [] }), "metadata"],
    [
      "300 KB of parameters",
      aBody({ data: someData({ parameters: "x".repeat(300 * 1024) }) }),
      "data",
    ],
    [
      "33 levels",
      aBody({ data: someData({ parameters: nested(32) }) }),
      `data.parameters${".0".repeat(31)}`,
    ],
    ["1,000 levels", dataText("parameters", deep(1_000)), `data.parameters${".0".repeat(31)}`],
    ["100,000 levels", dataText("parameters", deep(100_000)), `data.parameters${".0".repeat(31)}`],
    ["half a character", dataText("parameters", '"\\ud800"'), "data.parameters"],
    ["half a character in a name", dataText("parameters", '{"\\ud800":1}'), "data.parameters"],
    ["a number beyond all bounds", dataText("parameters", "[1e400]"), "data.parameters.0"],
    [
      "a whole number that would be rounded",
      dataText("parameters", '{"ticket":9007199254740993}'),
      "data.parameters.ticket",
    ],
    [
      "a confidence beyond all bounds",
      dataText("confidence_score", "1e400"),
      "data.confidence_score",
    ],
  ])("%s", (_, body, path) => {
    expect(pathsIn(body)).toEqual([path]);
  });

  test.each([
    [
      "a confidence",
      dataText("confidence_score", '0.1,"confidence_score":0.99'),
      "data.confidence_score",
    ],
    ["a parameter, deep", dataText("parameters", '[{"to":"a","to":"b"}]'), "data.parameters.0.to"],
    ["metadata", metadataText('{"trace_id":"a","trace_id":"b"}'), "metadata.trace_id"],
  ])("OUT-6: %s given twice", (_, body, path) => {
    const message = intentIn(body);
    expect(pathsIn(body)).toEqual([path]);
    expect(message.canonical).toBeNull();
  });

  test.each([
    ["the source", aBody().replace('"source":', '"source":"a","source":'), "source"],
    ["the detail", aBody().replace('"detail":', '"detail":{},"detail":'), "detail"],
    ["the data", aBody().replace('"data":', '"data":{},"data":'), "detail.data"],
    [
      "the metadata",
      aBody().replace('"metadata":', '"metadata":{},"metadata":'),
      "detail.metadata",
    ],
  ])("OUT-6: %s given twice makes the message malformed", (_, body, path) => {
    expect(readMessage(body, SOURCES)).toMatchObject({
      kind: "refused",
      errorCode: "MALFORMED_MESSAGE",
      errorDetail: `The body is ambiguous: ${path}: must be given once`,
    });
  });

  test.each([
    ["a whole value with a fraction of zero", "12345678901234567.0"],
    ["more digits than any double is written with", "0.69999999999999999999"],
  ])("OUT-7: %s", (_, number) => {
    expect(pathsIn(dataText("confidence_score", number))).toEqual(["data.confidence_score"]);
  });

  test("a list of 200,000 values is too large, and no more than that", () => {
    const { content } = intentIn(dataText("parameters", `[${"0,".repeat(199_999)}0]`)).received;
    expect(content).toMatchObject({ valid: false, issues: [{ path: "data" }] });
  });

  test("names all that is wrong, and the type where that one is usable", () => {
    const data = someData({ expires_at: "soon", lifecycle_state: 7 });
    const { content } = intentIn(aBody({ data, metadata: { trace_id: 7 } })).received;
    expect(content).toMatchObject({ valid: false, action_type: "CREATE_INTERNAL_NOTE" });
    expect(pathsIn(aBody({ data, metadata: { trace_id: 7 } }))).toEqual([
      "metadata.trace_id",
      "data.lifecycle_state",
      "data.expires_at",
    ]);
  });

  test("an unusable type is not named", () => {
    const { content } = intentIn(aBody({ data: someData({ action_type: "a#b" }) })).received;
    expect(content).toMatchObject({ valid: false, action_type: null });
  });

  test("keeps its fingerprint from delivery to delivery", () => {
    const body = dataText("parameters", deep(1_000));
    expect(intentIn(body).received.fingerprint).toBe(intentIn(body).received.fingerprint);
    expect(intentIn(body).received.fingerprint).not.toBe(
      intentIn(dataText("parameters", deep(1_001))).received.fingerprint,
    );
  });
});

const SECRET = "canary-4711";

describe("what has no intent to answer goes to quarantine:", () => {
  test.each([
    ["MALFORMED_MESSAGE", "no JSON", SECRET],
    ["MALFORMED_MESSAGE", "broken JSON", `{"detail":"${SECRET}`],
    ["MALFORMED_MESSAGE", "nothing", ""],
    ["MALFORMED_MESSAGE", "a number", "7"],
    ["MALFORMED_MESSAGE", "null", "null"],
    ["MALFORMED_MESSAGE", "a list", `["${SECRET}"]`],
    [
      "MALFORMED_MESSAGE",
      "an intent without its envelope",
      JSON.stringify(someData({ note: SECRET })),
    ],
    ["MALFORMED_MESSAGE", "no source", aBody({ event: { source: undefined } })],
    [
      "MALFORMED_MESSAGE",
      "a source that is no text",
      aBody({ event: { source: { [SECRET]: 1 } } }),
    ],
    ["MALFORMED_MESSAGE", "no detail", aBody({ event: { detail: undefined } })],
    ["MALFORMED_MESSAGE", "detail as text", aBody({ event: { detail: SECRET } })],
    ["MALFORMED_MESSAGE", "100,000 levels around it", `${deep(100_000)}`],
    ["UNEXPECTED_EVENT", "another source", aBody({ event: { source: SECRET } })],
    [
      "UNEXPECTED_EVENT",
      "our source in capitals",
      aBody({ event: { source: "CC-NATIVE.DECISION" } }),
    ],
    ["UNEXPECTED_EVENT", "another detail-type", aBody({ event: { "detail-type": SECRET } })],
    ["UNEXPECTED_EVENT", "an outcome of ours", aBody({ event: { source: "autonomy.gate" } })],
    ["UNSUPPORTED_VERSION", "version 2", aBody({ metadata: { schema_version: "2" } })],
    ["UNSUPPORTED_VERSION", "version 1 as a number", aBody({ metadata: { schema_version: 1 } })],
    ["UNUSABLE_IDS", "no data", aBody({ data: undefined })],
    ["UNUSABLE_IDS", "data as text", aBody({ data: SECRET })],
    ["UNUSABLE_IDS", "data as a list", aBody({ data: [SECRET] })],
    ["UNUSABLE_IDS", "no tenant", aBody({ data: someData({ tenant_id: undefined }) })],
    [
      "UNUSABLE_IDS",
      "a tenant that names an account",
      aBody({ data: someData({ tenant_id: `${SECRET}#ACCOUNT#g` }) }),
    ],
    ["UNUSABLE_IDS", "an account with #", aBody({ data: someData({ account_id: `${SECRET}#` }) })],
    [
      "UNUSABLE_IDS",
      "an intent id with a line break",
      aBody({ data: someData({ action_intent_id: `${SECRET}\n` }) }),
    ],
    [
      "UNUSABLE_IDS",
      "an id of 10 KB",
      aBody({ data: someData({ tenant_id: SECRET.repeat(1_000) }) }),
    ],
    ["UNUSABLE_IDS", "an id that is a number", aBody({ data: someData({ account_id: 4711 }) })],
    ["UNUSABLE_IDS", "ids that look like ours", aBody({ data: someData({ tenant_id: "асme" }) })],
    [
      "UNUSABLE_IDS",
      "ids that only __proto__ has",
      `{"source":"cc-native.decision","detail-type":"ActionIntentCreated","detail":{"data":{"__proto__":${JSON.stringify(someData())}}}}`,
    ],
  ])("%s for %s", (code, _, body) => {
    const { errorCode, errorDetail } = refusalOf(body);
    expect(errorCode).toBe(code);
    expect(errorDetail).toMatch(/^[\x20-\x7e]{1,512}$/);
    expect(errorDetail).not.toContain(SECRET);
    expect(errorDetail).not.toContain("4711");
  });

  test("says which id is wrong, and how it should be", () => {
    expect(refusalOf(aBody({ data: someData({ account_id: "a#b" }) })).errorDetail).toBe(
      "data.account_id: must be 1 to 128 letters, digits or _ . : @ -, starting with a letter or digit",
    );
  });
});

test("no body whatever makes reading it throw", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.jsonValue().map((data) => aBody({ data })),
    fc.jsonValue().map((metadata) => aBody({ metadata })),
    fc
      .dictionary(
        fc.constantFrom(...Object.keys(someData()), "expires_at", "lifecycle_state"),
        fc.jsonValue(),
      )
      .map((more) => aBody({ data: someData(more) })),
    fc
      .dictionary(fc.constantFrom("source", "detail-type", "detail", "id"), fc.jsonValue())
      .map((event) => aBody({ event })),
  );
  fc.assert(
    fc.property(anything, (body) => {
      const message = readMessage(body, SOURCES);
      if (message.kind === "refused") expect(message.errorDetail).toMatch(/^[\x20-\x7e]{1,512}$/);
    }),
    { numRuns: runs(5_000) },
  );
});

function nested(levels: number): unknown {
  return JSON.parse(deep(levels));
}

function deep(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}
