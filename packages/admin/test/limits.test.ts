import { AccountId, ActionType } from "@autonomy-gate/core/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote, recordDecision } from "./decided.ts";
import { type Json, openAdmin, type TestAdmin } from "./open-admin.ts";

const NOTE = "CREATE_INTERNAL_NOTE";
const TASK = "CREATE_INTERNAL_TASK";
const RANGE = "from=2026-01-01&to=2999-12-31";
const NOT_YOURS = { status: 403, json: { code: "NOT_YOUR_ACCOUNT" } };

/** Decisions on three accounts, in turn, so that every page of a limited list has gaps. */
const ACCOUNTS = ["mine-1", "theirs", "mine-2"];
const DECISIONS = 30;

describe("a credential with limits", () => {
  let admin: TestAdmin;
  let whole: string;
  let mine: string;
  let notes: string;

  beforeAll(async () => {
    admin = await openAdmin(() => ({ exportPartMax: 1 }));
    whole = await admin.newKey("acme", "admin");
    mine = await admin.newKey("acme", "admin", { account_ids: ["mine-*"] });
    notes = await admin.newKey("acme", "admin", { action_types: [ActionType.parse(NOTE)] });
    for (let n = 0; n < DECISIONS; n++) {
      const account = ACCOUNTS[n % ACCOUNTS.length] ?? "";
      const action_type = ActionType.parse(n % 2 === 0 ? NOTE : TASK);
      const at = `2026-11-22T00:${String(n).padStart(2, "0")}:00.000Z`;
      await recordDecision(admin, { ...aNote(account, `i${n}`), action_type }, at);
    }
    for (const account_id of [...ACCOUNTS, undefined]) {
      for (const action_type of [NOTE, TASK, undefined]) {
        const body = { account_id, action_type, mode: "PROPOSE_ONLY" };
        await admin.send("PUT", "/config", { key: whole, body });
      }
    }
  });
  afterAll(() => admin.close());

  const get = async (key: string, path: string): Promise<Json> =>
    (await admin.send("GET", path, { key })).json;

  /** Every page of a list, followed to its end. */
  async function everyPage(key: string, path: string, field: string): Promise<Json[]> {
    const found: Json[] = [];
    let token = "";
    for (let pages = 0; pages < 200; pages++) {
      const json = await get(key, path + token);
      found.push(...json[field]);
      if (json.next_token === undefined) return found;
      token = `&next_token=${json.next_token}`;
    }
    throw new Error(`${path} has no end.`);
  }

  it("lists every decision of its accounts once, and none of others", async () => {
    for (const limit of [1, 3, 100]) {
      const all = await everyPage(whole, `/decisions?limit=${limit}`, "decisions");
      const own = await everyPage(mine, `/decisions?limit=${limit}`, "decisions");
      expect(all).toHaveLength(DECISIONS);
      expect(own).toEqual(all.filter(({ account_id }) => account_id !== "theirs"));
    }
  });

  it("lists every decision of its action types once, and none of others", async () => {
    const all = await everyPage(whole, "/decisions?limit=100", "decisions");
    const own = await everyPage(notes, "/decisions?limit=3", "decisions");
    expect(own).toEqual(all.filter(({ action_type }) => action_type === NOTE));
  });

  it("sees a decision of another action type as one that is not there", async () => {
    const none = "/decisions/nothing?account_id=theirs";
    const other = await admin.send("GET", "/decisions/i1?account_id=theirs", { key: notes });
    expect(other.status).toBe(404);
    expect(other.text).toBe((await admin.send("GET", none, { key: notes })).text);
    expect(other.text).toBe((await admin.send("GET", none, { key: whole })).text);
  });

  it("is refused another account in the same words whether or not it exists", async () => {
    const texts = ["theirs", "nobody"].map(async (account) => {
      const reply = await admin.send("GET", `/config?account_id=${account}`, { key: mine });
      expect(reply).toMatchObject(NOT_YOURS);
      return reply.text;
    });
    expect(new Set(await Promise.all(texts)).size).toBe(1);
  });

  it("reads the audit trail of its accounts only, in pages and exports", async () => {
    const all = await everyPage(whole, "/audit?tenant_id=acme&limit=100", "entries");
    const own = await everyPage(mine, "/audit?tenant_id=acme&limit=2", "entries");
    expect(own).toEqual(all.filter(({ account_id }) => account_id?.startsWith("mine-")));
    const ofNotes = await everyPage(notes, "/audit?tenant_id=acme&limit=2", "entries");
    expect(ofNotes).toEqual(all.filter(({ object }) => object === `AUTONOMY#${NOTE}`));
    expect(await exported(mine)).toEqual(own.toReversed());
    expect(own.length).toBeLessThan(all.length);
  });

  it("reads no key's audit entry", async () => {
    const body = { roles: ["viewer"], account_ids: ["theirs"] };
    await admin.send("POST", "/keys", { key: whole, body });
    const own = await everyPage(mine, "/audit?tenant_id=acme", "entries");
    expect(JSON.stringify(own)).not.toContain("POST /keys");
  });

  it("lists modes, types and caps of its action types only, and the default that counts for them", async () => {
    const { configs } = await get(notes, "/config?account_id=theirs");
    expect(configs.map(({ action_type }: Json) => action_type)).toEqual([NOTE, undefined]);
    const { action_types } = await get(notes, "/action-types");
    expect(action_types.map(({ action_type }: Json) => action_type)).toEqual([NOTE]);
    const effective = await get(notes, "/config/effective?account_id=theirs");
    expect(effective.action_types.map(({ action_type }: Json) => action_type)).toEqual([NOTE]);
    for (const action_type of [NOTE, TASK]) {
      const body = { account_id: "theirs", action_type, max_autonomous_per_day: 1 };
      await admin.send("PUT", "/budget", { key: whole, body });
    }
    const { action_type_budgets } = await get(notes, "/budget?account_id=theirs");
    expect(action_type_budgets.map(({ action_type }: Json) => action_type)).toEqual([NOTE]);
  });

  it("writes nothing that counts for the whole tenant", async () => {
    const stop = { engaged: false, effect: "BLOCK", reason: "none" };
    const type = { risk_tier: "LOW", min_confidence: 0.1, external_contact: false };
    for (const [method, path, body] of [
      ["PUT", "/config", { mode: "DISABLED" }],
      ["DELETE", "/config", {}],
      ["PUT", "/budget", { max_autonomous_per_day: 1 }],
      ["PUT", "/kill-switch?tenant_id=acme", stop],
      ["PUT", "/action-types", { action_type: NOTE, ...type }],
      ["DELETE", `/action-types/${NOTE}`, undefined],
    ] as const) {
      const reply = await admin.send(method, path, { key: mine, body });
      expect(reply, path).toMatchObject(NOT_YOURS);
      expect(reply.json.error).toContain("counts for all of them");
    }
  });

  it("writes nothing that counts for other action types", async () => {
    const account_id = AccountId.parse("theirs");
    const stop = { account_id, engaged: false, effect: "BLOCK", reason: "x" };
    for (const [path, body] of [
      ["/config", { account_id, mode: "DISABLED" }],
      ["/config", { account_id, action_type: TASK, mode: "DISABLED" }],
      ["/budget", { account_id, max_autonomous_per_day: 9 }],
      ["/budget", { account_id, max_autonomous_per_day: 9, max_per_action_type: { [NOTE]: 1 } }],
      ["/kill-switch?tenant_id=acme", { ...stop, action_types: [NOTE] }],
      ["/kill-switch?tenant_id=acme", stop],
    ] as const) {
      expect(await admin.send("PUT", path, { key: notes, body }), path).toMatchObject(NOT_YOURS);
    }
    const own = { account_id, action_type: NOTE, mode: "DISABLED" };
    expect((await admin.send("PUT", "/config", { key: notes, body: own })).status).toBe(200);
  });

  it("simulates its own action types only, and is not told what stands under another's id", async () => {
    const intent = { tenant_id: "acme", account_id: "theirs", confidence_score: 0.9 };
    const simulate = (key: string, body: object) => admin.send("POST", "/simulate", { key, body });
    const taken = { intent: { ...intent, action_intent_id: "i1", action_type: NOTE } };
    expect((await simulate(whole, taken)).json.recorded).toBeDefined();
    expect((await simulate(notes, taken)).json.recorded).toBeUndefined();
    const other = { intent: { ...taken.intent, action_type: TASK } };
    expect(await simulate(notes, other)).toMatchObject(NOT_YOURS);
    const overrides = { budget: { max_autonomous_per_day: 1, max_per_action_type: { [TASK]: 1 } } };
    expect(await simulate(notes, { ...taken, overrides })).toMatchObject(NOT_YOURS);
  });

  async function exported(key: string): Promise<Json[]> {
    const rows: Json[] = [];
    let token = "";
    do {
      const path = `/audit/export?tenant_id=acme&${RANGE}&format=jsonl${token}`;
      const { text, headers } = await admin.send("GET", path, { key });
      rows.push(
        ...text
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      );
      const next = headers.get("x-next-token");
      token = next === null ? "" : `&next_token=${next}`;
    } while (token !== "");
    return rows;
  }
});
