import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, NOTE, recordDecision } from "./decided.ts";
import { type Json, openAdmin, TABLES, type TestAdmin } from "./open-admin.ts";

describe("simulation", () => {
  let admin: TestAdmin;
  let viewer: string;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    viewer = await admin.newKey("acme", "viewer");
    key = await admin.newKey("acme", "admin");
    await admin.send("PUT", "/config", { key, body: { account_id: "ok", mode: "AUTO_EXECUTE" } });
    await admin.send("PUT", "/budget", {
      key,
      body: { account_id: "ok", max_autonomous_per_day: 1 },
    });
  });
  afterAll(() => admin.close());

  const simulate = async (intent: object, overrides?: object) => {
    const reply = await admin.send("POST", "/simulate", {
      key: viewer,
      body: { intent, ...(overrides && { overrides }) },
    });
    expect(reply.status, reply.text).toBe(200);
    return reply.json;
  };
  /** Lets an account run by itself twice a day, and has it done so today. */
  const spendAll = async (account_id: string) => {
    await admin.send("PUT", "/config", { key, body: { account_id, mode: "AUTO_EXECUTE" } });
    await admin.send("PUT", "/budget", { key, body: { account_id, max_autonomous_per_day: 2 } });
    const state = {
      pk: `TENANT#acme#ACCOUNT#${account_id}`,
      sk: "BUDGET_STATE#CURRENT",
      date_key: new Date().toISOString().slice(0, 10),
      count: 2,
      fence: 4,
    };
    await admin.doc.send(new PutCommand({ TableName: TABLES.budgetState, Item: state }));
  };
  const changes = (answer: Json): string[] => answer.would_flip.map((flip: Json) => flip.change);

  it("answers as an outcome's data, and writes nothing", async () => {
    const dump = async () =>
      JSON.stringify(
        await Promise.all(
          Object.values(TABLES).map((TableName) =>
            admin.doc.send(new ScanCommand({ TableName })).then(({ Items }) => Items),
          ),
        ),
        // Whatever a key asks for, its use is noted.
        (name, value) => (name === "last_used_at" ? undefined : value),
      );
    const before = await dump();
    const intent = aNote("ok", "i1");
    const answer = await simulate(intent);
    expect(answer).toMatchObject({
      decision: "AUTO_EXECUTE",
      reason: "POLICY_ALLOWED",
      budget: { limit: 1, limited_by: "DAY" },
      auto_executed: true,
      approval_source: "POLICY",
      intent,
    });
    expect(answer.decision_id).toMatch(/^dec_[a-z2-7]{26}$/);
    expect(answer).not.toHaveProperty("fingerprint");
    expect(await dump()).toBe(before);
    expect(admin.changes.filter(({ data }) => data.action.includes("simulate"))).toEqual([]);
  });

  it("says what would flip an automatic decision", async () => {
    const answer = await simulate(aNote("ok", "i1", { expires_at: "2099-01-01T00:00:00Z" }));
    expect(answer.would_flip).toEqual([
      {
        kind: "CONFIDENCE",
        change: "confidence 0.91 → below 0.7",
        decision: "REQUIRE_APPROVAL",
        reason: "CONFIDENCE_BELOW_THRESHOLD",
      },
      {
        kind: "RISK",
        change: "risk_level of the intent → MEDIUM",
        decision: "REQUIRE_APPROVAL",
        reason: "RISK_LEVEL_MEDIUM",
      },
      {
        kind: "TIME",
        change: "the intent expires at 2099-01-01T00:00:00Z",
        decision: "BLOCK",
        reason: "INTENT_EXPIRED",
      },
      {
        kind: "MODE",
        change: `mode of ${NOTE} for ok → APPROVAL_REQUIRED`,
        decision: "REQUIRE_APPROVAL",
        reason: "TENANT_POLICY",
      },
      {
        kind: "MODE",
        change: `mode of ${NOTE} for ok → DISABLED`,
        decision: "BLOCK",
        reason: "ACTION_TYPE_DISABLED",
      },
      {
        kind: "BUDGET",
        change: "daily budget 1 → 0 (account ok)",
        decision: "REQUIRE_APPROVAL",
        reason: "BUDGET_EXHAUSTED",
      },
    ]);
  });

  it("says which single change would let it run: confidence, mode, kill switch, budget", async () => {
    const low = await simulate(aNote("ok", "i1", { confidence_score: 0.66 }));
    expect(low.reason).toBe("CONFIDENCE_BELOW_THRESHOLD");
    expect(low.would_flip).toContainEqual({
      kind: "CONFIDENCE",
      change: "confidence 0.66 → 0.7",
      decision: "AUTO_EXECUTE",
      reason: "POLICY_ALLOWED",
    });
    const held = await simulate(aNote("ok", "i1"), { mode: "APPROVAL_REQUIRED" });
    expect(changes(held)).toContain(`mode of ${NOTE} for ok → AUTO_EXECUTE`);
    const stopped = await simulate(aNote("ok", "i1"), {
      kill_switch: { engaged: true, effect: "BLOCK" },
    });
    expect(stopped).toMatchObject({ decision: "BLOCK", reason: "KILL_SWITCH" });
    expect(changes(stopped)).toContain("the ACCOUNT kill switch → not engaged");
    const spent = await simulate(aNote("ok", "i1"), { budget: { max_autonomous_per_day: 0 } });
    expect(spent).toMatchObject({ reason: "BUDGET_EXHAUSTED" });
    expect(changes(spent)).toContain("daily budget 0 → 1 (account ok)");
    const none = await simulate(aNote("ok", "i1"), {
      action_type: { risk_tier: "HIGH", min_confidence: 0.7, external_contact: true },
    });
    // Risk and contact would both have to change: no single change does it.
    expect(none.would_flip.filter((flip: Json) => flip.decision === "AUTO_EXECUTE")).toEqual([]);
    expect(none.reasons.map((one: Json) => one.reason)).toEqual([
      "EXTERNAL_CONTACT",
      "RISK_LEVEL_HIGH",
    ]);
  });

  it("names when a spent budget resets, having looked whether that helps", async () => {
    await spendAll("spent");
    const answer = await simulate(aNote("spent", "i1"));
    expect(answer).toMatchObject({
      decision: "REQUIRE_APPROVAL",
      reason: "BUDGET_EXHAUSTED",
      budget: { limit: 2, used: 2 },
    });
    expect(changes(answer)).toEqual(
      expect.arrayContaining([
        `the budget resets at ${answer.budget.resets_at}`,
        "daily budget 2 → 3 (account spent)",
      ]),
    );
    const expiring = await simulate(aNote("spent", "i1", { expires_at: answer.budget.resets_at }));
    expect(expiring.would_flip).not.toContainEqual(
      expect.objectContaining({ kind: "TIME", decision: "AUTO_EXECUTE" }),
    );
  });

  it("names the end of a kill switch only where the switch stops this very action", async () => {
    await spendAll("idle");
    const ends = async (stopped: string) => {
      const switched = { engaged: true, effect: "BLOCK", action_types: [stopped] };
      const answer = await simulate(aNote("idle", "i1"), {
        kill_switch: { ...switched, expires_at: "2099-01-01T00:00:00Z" },
      });
      return changes(answer).filter((change) => change.includes("kill switch expires"));
    };
    // By then the budget has reset: waiting helps, the switch has no part in it.
    expect(await ends("FLAG_FOR_REVIEW")).toEqual([]);
    expect(await ends(NOTE)).toEqual(["the ACCOUNT kill switch expires at 2099-01-01T00:00:00Z"]);
  });

  it("lists only changes that are seen to flip: each, made for real, gives what was said", async () => {
    const answer = await simulate(aNote("flip", "i1", { confidence_score: 0.9 }), {
      mode: "AUTO_EXECUTE",
    });
    expect(answer.reason).toBe("BUDGET_NOT_CONFIGURED");
    expect(answer.would_flip).toContainEqual({
      kind: "BUDGET",
      change: "daily budget none → 1 (account flip)",
      decision: "AUTO_EXECUTE",
      reason: "POLICY_ALLOWED",
    });
    await admin.send("PUT", "/config", { key, body: { account_id: "flip", mode: "AUTO_EXECUTE" } });
    await admin.send("PUT", "/budget", {
      key,
      body: { account_id: "flip", max_autonomous_per_day: 1 },
    });
    expect((await simulate(aNote("flip", "i1", { confidence_score: 0.9 }))).decision).toBe(
      "AUTO_EXECUTE",
    );
  });

  it("decides an invalid intent as the gate would", async () => {
    const invalid = await simulate({ ...aNote("ok", "i2"), expires_at: "soon" });
    expect(invalid).toMatchObject({
      decision: "BLOCK",
      reason: "INVALID_INTENT",
      intent: null,
      would_flip: [],
    });
    const rounded = JSON.stringify({ intent: aNote("ok", "i3", { parameters: { ticket: 7 } }) });
    const reply = await admin.send("POST", "/simulate", {
      key: viewer,
      body: rounded.replace('"ticket":7', '"ticket":9007199254740993'),
    });
    // A person can correct it, where an event cannot be.
    expect(reply).toMatchObject({ status: 400 });
    expect(reply.json.issues[0].path).toBe("body.intent.parameters.ticket");
  });

  it("shows the decision that stands already, which the gate repeats for the same payload", async () => {
    const held = aNote("ok", "stands", { risk_level: "HIGH", parameters: { a: 1, b: [2] } });
    await recordDecision(admin, held);
    const { risk_level, ...rest } = held;
    const reordered = { risk_level, ...rest, parameters: { b: [2], a: 1 } };
    for (const again of [held, reordered]) {
      const answer = await simulate(again, { mode: "DISABLED" });
      expect(answer).toMatchObject({
        decision: "BLOCK",
        recorded: {
          decision: "REQUIRE_APPROVAL",
          reason: "RISK_LEVEL_HIGH",
          on_delivery: "REPEATED",
        },
      });
    }
    expect(await simulate(aNote("ok", "new"))).not.toHaveProperty("recorded");
  });

  it("says that the gate would refuse another payload under the id of a decided intent", async () => {
    await recordDecision(admin, aNote("ok", "taken", { risk_level: "HIGH" }));
    for (const other of [aNote("ok", "taken"), aNote("ok", "taken", { expires_at: "soon" })]) {
      expect((await simulate(other)).recorded).toEqual({
        decision: "REQUIRE_APPROVAL",
        reason: "RISK_LEVEL_HIGH",
        decided_at: "2026-11-22T09:30:00.000Z",
        on_delivery: "INTENT_CONFLICT",
      });
    }
  });

  it("says so when the decision that stands cannot be read", async () => {
    const Item = { pk: "TENANT#acme#ACCOUNT#ok", sk: "DECISION#garbled", decision: "MAYBE" };
    await admin.doc.send(new PutCommand({ TableName: TABLES.ledger, Item }));
    const answer = await simulate(aNote("ok", "garbled"));
    expect(answer.recorded).toEqual({ unreadable: true });
  });

  it("refuses a body that names anyone else than its intent does", async () => {
    const platform = await admin.newKey("*", "viewer");
    const send = (key: string, named: object) =>
      admin.send("POST", "/simulate", { key, body: { ...named, intent: aNote("ok", "i1") } });
    expect((await send(viewer, { tenant_id: "other" })).status).toBe(403);
    expect((await send(platform, { tenant_id: "other" })).status).toBe(400);
    for (const key of [viewer, platform]) {
      expect((await send(key, { account_id: "zzz" })).status).toBe(400);
      expect((await send(key, { tenant_id: "acme", account_id: "ok" })).status).toBe(200);
    }
  });

  it("refuses another tenant's intent, unusable ids and unknown overrides", async () => {
    const send = (body: object) => admin.send("POST", "/simulate", { key: viewer, body });
    const victims = { ...aNote("a", "i"), tenant_id: "victim" };
    expect((await send({ intent: victims })).status).toBe(403);
    expect((await send({ intent: victims, overrides: { mode: "YOLO" } })).status).toBe(403);
    expect((await send({ intent: { ...victims, account_id: "a#b" } })).status).toBe(403);
    expect((await send({ intent: { ...aNote("a#b", "i") } })).status).toBe(400);
    expect((await send({ intent: aNote("a", "i"), overrides: { mode: "YOLO" } })).status).toBe(400);
    expect((await send({ intent: aNote("a", "i"), overrides: { pk: "x" } })).status).toBe(400);
    expect(
      (await send({ intent: aNote("a", "i"), overrides: { kill_switch: { engaged: "false" } } }))
        .status,
    ).toBe(400);
  });
});
