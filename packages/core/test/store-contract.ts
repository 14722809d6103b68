import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { budgetWritesOf } from "../src/budget/claim.ts";
import { type BudgetState, positionNow } from "../src/budget/state.ts";
import { budgetTerms } from "../src/budget/terms.ts";
import { calendarAt } from "../src/day.ts";
import { DecisionRecord } from "../src/decision/decision.ts";
import { AccountId, ActionType, IntentId, TenantId } from "../src/ids.ts";
import type { ConfigStore, FactsReply, GateStore } from "../src/ports.ts";
import { ABSENT, type Stored } from "../src/stored.ts";
import type { TableName } from "../src/table/table.ts";

/** A store under test, empty. */
export interface OpenStore {
  readonly gate: GateStore;
  readonly config: ConfigStore;
  /** Puts an item as it is, past the store. */
  readonly put: (table: TableName, item: object) => Promise<void>;
  readonly close: () => Promise<void>;
}

const ACCOUNT = { tenant_id: TenantId.parse("acme"), account_id: AccountId.parse("a1") };
const NOTE = ActionType.parse("CREATE_INTERNAL_NOTE");
const PK = "TENANT#acme#ACCOUNT#a1";
const AT = "2026-11-22T09:30:00.000Z";
const TODAY = calendarAt(Date.parse(AT));
const TOMORROW = calendarAt(Date.parse("2026-11-23T09:30:00.000Z"));

/** What every adapter of the gate's and the configuration's store has to do, and how it refuses. */
export function storeContract(name: string, open: () => Promise<OpenStore>): void {
  describe(name, () => {
    let store: OpenStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it("finds nothing in an empty store, and says so of every fact", async () => {
      const { facts, recorded } = await read(store, "i1");
      expect(recorded).toEqual({ status: "absent" });
      expect(facts?.modes.ACCOUNT_DEFAULT).toEqual({ status: "absent" });
      expect(facts?.budgetState).toEqual({ status: "absent" });
    });

    it("reads back what was configured, and calls garbage unreadable", async () => {
      await store.put("config", { pk: PK, sk: "AUTONOMY#DEFAULT", mode: "AUTO_EXECUTE" });
      await store.put("config", { pk: "TENANT#acme", sk: "AUTONOMY#DEFAULT", mode: "AUTO" });
      await store.put("config", { pk: PK, sk: "BUDGET#CONFIG", max_autonomous_per_day: "100" });
      const { facts } = await read(store, "i1");
      expect(facts?.modes.ACCOUNT_DEFAULT).toEqual({ status: "readable", value: "AUTO_EXECUTE" });
      expect(facts?.modes.TENANT_DEFAULT.status).toBe("unreadable");
      expect(facts?.budgets.account.status).toBe("unreadable");
    });

    it("replies to requests in their order, whatever they share", async () => {
      await store.gate.record(aRecord("i2"));
      const { replies } = await store.gate.readFacts(["i1", "i2", "i1"].map(factsRequest));
      expect(replies.map((reply) => reply?.recorded?.status)).toEqual([
        "absent",
        "readable",
        "absent",
      ]);
    });

    it("records a decision once, and answers with it ever after", async () => {
      const record = aRecord("i1");
      expect(await store.gate.record(record)).toEqual({ status: "recorded" });
      const other = { ...record, explanation: "another" };
      const existing = { status: "readable", value: record };
      expect(await store.gate.record(other)).toEqual({ status: "exists", existing });
      expect((await read(store, "i1")).recorded).toEqual(existing);
    });

    it("keeps attributes that a later version added to a record", async () => {
      const record = { ...aRecord("i1"), engine_build: "next", nested: { of: ["a", 1, null] } };
      await store.gate.record(record);
      expect((await read(store, "i1")).recorded).toEqual({ status: "readable", value: record });
    });

    it("records claims and consumes their budget at once", async () => {
      expect(await claim(store, ["i1", "i2"])).toEqual({ status: "committed" });
      const { facts, recorded } = await read(store, "i2");
      expect(recorded?.status).toBe("readable");
      expect(countOf(openDay(facts?.budgetState))).toBe(2);
    });

    it("refuses claims beyond the count they rely on, and says what it is", async () => {
      await claim(store, ["i1", "i2"], { limit: 2 });
      const reply = await claim(store, ["i3"], { limit: 2, basis: await stateAfter(store, -1) });
      expect(reply).toMatchObject({ status: "refused" });
      expect(countOf(openDay(reply.status === "refused" ? reply.moved.get(0) : undefined))).toBe(2);
      expect((await read(store, "i3")).recorded).toEqual({ status: "absent" });
    });

    it("refuses the first claim of a day when another was first", async () => {
      await claim(store, ["i1"]);
      const reply = await claim(store, ["i2"]);
      expect(countOf(openDay(reply.status === "refused" ? reply.moved.get(0) : undefined))).toBe(1);
    });

    it("refuses all claims when one intent is decided already, and names it", async () => {
      const before = aRecord("i2");
      await store.gate.record(before);
      const reply = await claim(store, ["i1", "i2", "i3"]);
      expect(reply).toMatchObject({ status: "refused" });
      const existing = reply.status === "refused" ? [...reply.existing] : [];
      expect(existing).toEqual([[1, { status: "readable", value: before }]]);
      expect((await read(store, "i1")).recorded).toEqual({ status: "absent" });
      expect((await read(store, "i1")).facts?.budgetState).toEqual({ status: "absent" });
    });

    it("closes a day into a row of its own with the first claim of the next", async () => {
      await claim(store, ["i1", "i2"]);
      const basis = (await read(store, "i3")).facts?.budgetState ?? NOTHING;
      expect(await claim(store, ["i3"], { basis, calendar: TOMORROW })).toEqual({
        status: "committed",
      });
      const state = openDay((await read(store, "i3")).facts?.budgetState);
      expect(state?.dateKey).toBe("2026-11-23");
      expect(countOf(state)).toBe(1);
      expect(state?.previousConsumedOn).toBe("2026-11-22");
    });

    it("takes 98 claims in one transaction", async () => {
      const ids = Array.from({ length: 98 }, (_, index) => `i${index}`);
      expect(await claim(store, ids)).toEqual({ status: "committed" });
      expect(countOf(openDay((await read(store, "i0")).facts?.budgetState))).toBe(98);
    });

    it("raises an account's fence twice before a change is acknowledged", async () => {
      await claim(store, ["i1"]);
      const basis = (await read(store, "i1")).facts?.budgetState ?? NOTHING;
      expect(await store.config.write(stopOf(ACCOUNT.account_id))).toEqual({ status: "written" });
      const now = (await read(store, "i1")).facts?.budgetState;
      expect(now?.status === "readable" && now.value.fence).toBe(2);
      const reply = await claim(store, ["i2"], { basis });
      expect(reply.status === "refused" && reply.moved.get(0)).toEqual(now);
    });

    it("refuses a change of what changed meanwhile, and says what it is", async () => {
      const change = stopOf(ACCOUNT.account_id);
      await store.config.write(change);
      const reply = await store.config.write(change);
      expect(reply).toEqual({ status: "changed-meanwhile", current: change.after });
      expect(await store.config.read(change)).toEqual(change.after);
    });

    it("lets one of two win who both change what others wrote without updated_at", async () => {
      const before = { engaged: true, effect: "BLOCK" };
      await store.put("config", { pk: PK, sk: "KILL_SWITCH", ...before });
      const stop = stopOf(ACCOUNT.account_id);
      const change = { ...stop, before, after: { ...stop.after, ...before } };
      expect(await store.config.write(change)).toEqual({ status: "written" });
      const reply = await store.config.write({
        ...change,
        after: { ...change.after, reason: "2" },
      });
      expect(reply).toEqual({ status: "changed-meanwhile", current: change.after });
    });

    it("refuses a change when an attribute came that was not there", async () => {
      const { after, ...change } = stopOf(ACCOUNT.account_id);
      const more = { ...after, expires_at: AT };
      await store.put("config", { pk: PK, sk: "KILL_SWITCH", ...more });
      const reply = await store.config.write({ ...change, before: after });
      expect(reply).toEqual({ status: "changed-meanwhile", current: more });
    });

    it("raises the fence again before it says that something changed meanwhile", async () => {
      const change = stopOf(ACCOUNT.account_id);
      await store.config.write(change);
      const basis = (await read(store, "i1")).facts?.budgetState ?? NOTHING;
      expect(await store.config.write(change)).toMatchObject({ status: "changed-meanwhile" });
      expect(await claim(store, ["i1"], { basis })).toMatchObject({ status: "refused" });
    });

    it("settles an account whose fence was ever raised, and makes no state for another", async () => {
      const stop = stopOf(ACCOUNT.account_id);
      await store.config.settle(stop);
      expect((await read(store, "i1")).facts?.budgetState).toEqual(NOTHING);
      await store.config.write(stopOf(ACCOUNT.account_id));
      const basis = (await read(store, "i1")).facts?.budgetState ?? NOTHING;
      await store.config.settle(stop);
      expect(await claim(store, ["i1"], { basis })).toMatchObject({ status: "refused" });
    });

    it("deletes what still is as it was", async () => {
      const { after, ...change } = stopOf(ACCOUNT.account_id);
      await store.config.write({ ...change, after });
      expect(await store.config.write({ ...change, before: after })).toEqual({ status: "written" });
      expect(await store.config.read(change)).toBeUndefined();
    });
  });
}

const NOTHING: Stored<BudgetState> = { status: "absent" };

function factsRequest(id: string) {
  return { ...ACCOUNT, action_type: NOTE, recordedFor: IntentId.parse(id) };
}

async function read({ gate }: OpenStore, id: string): Promise<FactsReply> {
  const [reply] = (await gate.readFacts([factsRequest(id)])).replies;
  if (reply === undefined) throw new TypeError("Every request has a reply.");
  return reply;
}

interface ClaimSettings {
  readonly limit?: number;
  readonly basis?: Stored<BudgetState>;
  readonly calendar?: typeof TODAY;
}

function claim(
  { gate }: OpenStore,
  ids: readonly string[],
  { limit = 1_000, basis = NOTHING, calendar = TODAY }: ClaimSettings = {},
) {
  const position = positionNow(basis, "UTC", calendar);
  if (position === undefined) throw new TypeError("The budget state cannot be read.");
  const budget = { status: "readable", value: { max_autonomous_per_day: limit } } as const;
  const configs = { account: budget, accountActionType: ABSENT, tenant: ABSENT };
  const answer = budgetTerms(configs, NOTE, calendar);
  if (answer.status === "missing") throw new TypeError(answer.problem);
  const { terms } = answer;
  const claims = ids.map(() => ({
    claim: { accountId: ACCOUNT.account_id, actionType: NOTE, terms },
  }));
  return gate.recordClaims(ids.map(aRecord), budgetWritesOf(ACCOUNT, position, claims, AT));
}

/** The state as stored, with a count that is not its own. */
async function stateAfter(store: OpenStore, change: number): Promise<Stored<BudgetState>> {
  const state = (await read(store, "i1")).facts?.budgetState;
  if (state?.status !== "readable" || state.value.openDay === undefined) return NOTHING;
  const { openDay: day, fence } = state.value;
  const counts = new Map([...day.counts, ["count", countOf(day) + change] as const]);
  return { status: "readable", value: { fence, openDay: { ...day, counts } } };
}

function countOf(day: BudgetState["openDay"]): number {
  return day?.counts.get("count") ?? 0;
}

function openDay(state: Stored<BudgetState> | undefined): BudgetState["openDay"] {
  return state?.status === "readable" ? state.value.openDay : undefined;
}

function stopOf(account_id: typeof ACCOUNT.account_id) {
  return {
    scope: { kind: "ACCOUNT", ...ACCOUNT, account_id },
    object: { kind: "KILL_SWITCH", owner: "TENANT" },
    after: { engaged: true, effect: "BLOCK", reason: "contract", updated_at: AT, updated_by: "me" },
    actor: "contract",
    action: "PUT /kill-switch",
    request_id: `r-${crypto.randomUUID()}`,
    at: AT,
  } as const;
}

function aRecord(id: string): DecisionRecord {
  return DecisionRecord.parse({
    ...ACCOUNT,
    action_intent_id: id,
    decision_id: `dec_${id}`,
    action_type: NOTE,
    decision: "REQUIRE_APPROVAL",
    reason: "TENANT_POLICY",
    explanation: "A person must approve this action.",
    reasons: [{ reason: "TENANT_POLICY", clause: "APPROVAL_REQUIRED", explanation: "As said." }],
    policy_version: "AutoApprovalPolicyV1",
    policy_clause: "APPROVAL_REQUIRED",
    autonomy_mode: "APPROVAL_REQUIRED",
    mode_source: "ACCOUNT_DEFAULT",
    facts: {
      risk_level: "LOW",
      risk_source: "CATALOGUE",
      confidence_score: 0.123456789012345,
      min_confidence: 0.7,
      catalogue_source: "BUILT_IN",
    },
    executable_after_approval: true,
    approval_source: null,
    auto_executed: false,
    decided_at: AT,
    fingerprint: "f".repeat(43),
  });
}
