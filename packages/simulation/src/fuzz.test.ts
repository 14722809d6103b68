import { calendarAt } from "@autonomy-gate/core/day";
import { decide, decideNow, recompute } from "@autonomy-gate/core/gate";
import { AccountId, ActionType, TenantId } from "@autonomy-gate/core/ids";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { budgetStateFrom, factsReplies, recordFrom } from "@autonomy-gate/core/store";
import { concerning, referenceProposal } from "@autonomy-gate/core/testing/reference";
import type { StoredItem } from "@autonomy-gate/core/testing/stored-item";
import { matchesPattern } from "@autonomy-gate/local/events/pattern";
import { InvalidEventPatternError } from "@autonomy-gate/local/events/pattern-error";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMessage } from "../../consumers/src/intents/envelope.ts";

const SOURCE = "cc-native.decision";
const AT_MS = Date.parse("2026-11-22T09:30:00.000Z");
const NOTE = "CREATE_INTERNAL_NOTE";
const GOOD = {
  tenant_id: "acme",
  account_id: "a1",
  action_intent_id: "i1",
  action_type: NOTE,
  confidence_score: 0.9,
};
const REQUEST = {
  tenant_id: TenantId.parse("acme"),
  account_id: AccountId.parse("a1"),
  action_type: ActionType.parse(NOTE),
};
const RUNS = { numRuns: 3_000 };

/** Values near what belongs somewhere, and far from it. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    ...["AUTO_EXECUTE", "auto_execute", "BLOCK", "REQUIRE_APPROVAL", "DISABLED", "LOW", "CRITICAL"],
    ...["", " ", "0.9", "true", "2026-11-22", "2026-11-22T09:30:00.000Z", "UTC", "Mars/Olympus"],
    ...[true, false, null, 0, -0, 1, -1, 0.7, 0.69, 1e308, 5e-324, Number.MAX_SAFE_INTEGER + 1],
    ...[[], {}, [NOTE], { [NOTE]: 1 }, { __proto__: null }],
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

function bodyOf(detail: unknown, change: object = {}): string {
  return JSON.stringify({
    source: SOURCE,
    "detail-type": "ActionIntentCreated",
    detail,
    ...change,
  });
}

/** A configuration that allows everything, except for what stands in its place. */
function decideWith(items: ReadonlyMap<string, StoredItem>, data: object = GOOD) {
  const scopes = { GLOBAL: "GLOBAL", TENANT: "TENANT#acme", ACCOUNT: "TENANT#acme#ACCOUNT#a1" };
  const usual = new Map<string, StoredItem>([
    ["TENANT#acme#ACCOUNT#a1 AUTONOMY#DEFAULT", { mode: "AUTO_EXECUTE" }],
    ["TENANT#acme#ACCOUNT#a1 BUDGET#CONFIG", { max_autonomous_per_day: 5 }],
  ]);
  const itemAt = (pk: string, sk: string) =>
    items.has(`${pk} ${sk}`) ? items.get(`${pk} ${sk}`) : usual.get(`${pk} ${sk}`);
  const [reply] = factsReplies([REQUEST], ({ pk, sk }) => {
    const item = itemAt(pk, sk);
    return item === undefined ? undefined : { ...item };
  });
  const facts = reply?.facts;
  if (facts === undefined) throw new TypeError("Facts of a valid request are always read.");
  const intent = ActionIntentV1.parse(data);
  const snapshot = { ...facts, calendar: calendarAt(AT_MS) };
  const proposal = decide(intent, snapshot);
  const decision = decideNow(intent, snapshot);
  const expected = referenceProposal({ ...data }, (scope, sk) => itemAt(scopes[scope], sk), AT_MS);
  return { decision, proposal, expected };
}

describe("a message body", () => {
  it("is refused in printable words, or is an intent, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          odd.map((value) => JSON.stringify(value)),
        ),
        (body) => {
          const message = readMessage(body, [SOURCE]);
          if (message.kind === "refused")
            expect(message.errorDetail).toMatch(/^[\x20-\x7e]{0,512}$/);
        },
      ),
      RUNS,
    );
  });

  it("is never automatic with anything odd in it that the reference would hold", () => {
    const field = fc.constantFrom(...Object.keys(GOOD), "risk_level", "expires_at", "parameters");
    fc.assert(
      fc.property(fc.dictionary(field, odd, { maxKeys: 3 }), odd, (change, metadata) => {
        const data = { ...GOOD, ...change };
        const message = readMessage(bodyOf({ data, metadata }), [SOURCE]);
        if (message.kind === "refused" || !message.received.content.valid) return;
        const { intent } = message.received.content;
        const { decision } = decideWith(new Map(), { ...intent, action_type: NOTE });
        const expected = referenceProposal(
          { ...intent, action_type: NOTE },
          (scope, sk) =>
            scope === "ACCOUNT" && sk === "AUTONOMY#DEFAULT"
              ? { mode: "AUTO_EXECUTE" }
              : scope === "ACCOUNT" && sk === "BUDGET#CONFIG"
                ? { max_autonomous_per_day: 5 }
                : undefined,
          AT_MS,
        );
        expect(decision.decision).toBe(expected.decision);
      }),
      RUNS,
    );
  });

  it.each([
    ["the longest array a message can hold", bodyOf({ data: { ...GOOD, parameters: zeros() } })],
    ["nesting as deep as a message can", nestedBody("[", "]")],
    ["nested objects", nestedBody('{"a":', "}")],
    ["an id as long as a message", bodyOf({ data: GOOD }, { id: "x".repeat(1_000_000) })],
    ["a source as long as a message", bodyOf({ data: GOOD }, { source: "x".repeat(1_000_000) })],
    ["a lone surrogate", bodyOf({ data: { ...GOOD, "\ud800": "\udfff" } })],
    ["numbers no double can hold", bodyOf({ data: GOOD }).replace("0.9", "1e999")],
    ["inherited names", bodyOf({ data: GOOD }).replace("{", '{"__proto__":{"source":"x"},')],
  ])("costs bounded time: %s", (_name, body) => {
    const startedMs = performance.now();
    readMessage(body, [SOURCE]);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe("a stored item", () => {
  const places = concerning(NOTE).map(([scope, sk]) => {
    const account = "TENANT#acme#ACCOUNT#a1";
    const pk = scope === "GLOBAL" ? scope : scope === "TENANT" ? "TENANT#acme" : account;
    return `${pk} ${sk}`;
  });
  const attribute = fc.constantFrom(
    ...["mode", "engaged", "effect", "reason", "action_types", "expires_at", "risk_tier"],
    ...["min_confidence", "external_contact", "policy_version", "timezone", "updated_at"],
    ...["max_autonomous_per_day", "max_per_action_type", "decay_if_unused", "updated_by"],
  );
  const item = fc.dictionary(attribute, odd, { maxKeys: 6 });

  it("is decided on as by a plain reading of it, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...places), item), { minLength: 1, maxLength: 4 }),
        (items) => {
          const { proposal, decision, expected } = decideWith(new Map(items));
          const asExpected = proposal.kind === "claiming" ? "AUTO_EXECUTE" : decision.decision;
          expect(asExpected).toBe(expected.decision);
          if (proposal.kind === "claiming") {
            const ofDay = proposal.claim.terms.draws.find(({ limitedBy }) => limitedBy === "DAY");
            expect(ofDay?.ceiling?.configured).toBe(expected.terms?.limit);
          } else expect(decision.reason).toBe(expected.reason);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it("of a budget's state is read or unreadable, and an unreadable one claims nothing", () => {
    const names = fc.constantFrom(
      ...["date_key", "count", "fence", "previous_consumed_on", "count#CREATE_INTERNAL_NOTE"],
      ...["count#", "count#__proto__", "count#lower"],
    );
    fc.assert(
      fc.property(fc.dictionary(names, odd, { maxKeys: 6 }), (state) => {
        const stored = budgetStateFrom(state);
        const openDay = stored.status === "readable" ? stored.value.openDay : undefined;
        for (const count of openDay?.counts.values() ?? []) {
          expect(count).toBeGreaterThanOrEqual(0);
        }
        const key = "TENANT#acme#ACCOUNT#a1 BUDGET_STATE#CURRENT";
        const { decision } = decideWith(new Map([[key, state]]));
        if (stored.status === "unreadable") expect(decision.decision).not.toBe("AUTO_EXECUTE");
      }),
      RUNS,
    );
  });

  it("of a decision is read or unreadable, and what is read can be recomputed", () => {
    const { decision } = decideWith(new Map());
    const record = {
      ...GOOD,
      ...decision,
      decision_id: "dec_x",
      fingerprint: "f",
      pk: "p",
      sk: "s",
    };
    const names = fc.constantFrom(...Object.keys(record));
    fc.assert(
      fc.property(fc.dictionary(names, odd, { maxKeys: 3 }), (change) => {
        const stored = recordFrom({ ...record, ...change });
        if (stored.status !== "readable") return;
        // Facts that no intent could have had may be refused, but only as what they are.
        try {
          recompute(stored.value);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      RUNS,
    );
  });
});

describe("an event pattern", () => {
  const operator = fc.constantFrom(
    ...["prefix", "suffix", "anything-but", "numeric", "exists", "wildcard", "cidr"],
    ...["equals-ignore-case", "$or"],
  );
  const pattern = fc.letrec((tie) => ({
    entry: fc.oneof(odd, fc.dictionary(operator, fc.oneof(odd, fc.array(odd)), { maxKeys: 2 })),
    field: fc.oneof(
      { withCrossShrink: true, maxDepth: 4 },
      fc.array(tie("entry"), { maxLength: 4 }),
      tie("object"),
    ),
    object: fc.dictionary(fc.oneof(fc.string(), operator), tie("field"), { maxKeys: 4 }),
  })).object;

  it("matches, does not match, or is refused: nothing else", () => {
    fc.assert(
      fc.property(pattern, fc.jsonValue(), (asked, event) => {
        try {
          matchesPattern(asked, event);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidEventPatternError);
        }
      }),
      RUNS,
    );
  });

  it("takes bounded time for the wildcards that are worst to match", () => {
    const wildcard = "*a*a*a*a*a*a*a*b";
    const startedMs = performance.now();
    try {
      matchesPattern({ source: [{ wildcard }] }, { source: "a".repeat(100_000) });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEventPatternError);
    }
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

function zeros(): number[] {
  return Array.from({ length: 520_000 }, () => 0);
}

function nestedBody(open: string, close: string): string {
  const depth = Math.floor(1_000_000 / (open.length + close.length));
  const nested = `${open.repeat(depth)}0${close.repeat(depth)}`;
  return bodyOf({ data: GOOD }).replace("0.9", nested);
}
