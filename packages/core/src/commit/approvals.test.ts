import { beforeEach, describe, expect, test } from "vitest";
import {
  FINGERPRINT,
  HELD_INTENT,
  heldRecord,
  heldSnapshot,
  openApprovals,
  proposedSnapshot,
} from "../../test/approvals.ts";
import { anIntent, aSnapshot, NOW } from "../../test/fixtures.ts";
import { TransientError } from "../errors.ts";

let world: ReturnType<typeof openApprovals>;
beforeEach(() => {
  world = openApprovals();
});

const DAY_MS = 86_400_000;
const PK = "TENANT#acme#ACCOUNT#acct_42";

/** A closing as subscribers receive it. */
function told(index = 0) {
  const event = world.events[index];
  if (event === undefined) throw new TypeError("Nothing was told.");
  const { metadata, data } = JSON.parse(event.detail);
  return { detailType: event.detailType, metadata, data };
}

async function opened() {
  await world.record();
  expect(await world.open()).toEqual({ status: "open" });
}

describe("opening", () => {
  test("stores the ledger's decision, the rule in force and the payload", async () => {
    world.configure("APPROVAL_RULE#CREATE_INTERNAL_NOTE", { votes_needed: 2 });
    await opened();
    const approval = await world.approval();
    expect(approval).toMatchObject({
      state: "PENDING",
      version: 1,
      fingerprint: FINGERPRINT,
      rule: { votes_needed: 2, minimum_role: "admin", people_only: false },
      votes: [],
      opened_at: NOW,
      expires_at: "2026-11-22T09:35:01.120Z",
    });
    const { fingerprint, trace_id, causation_id, ...data } = heldRecord();
    expect(approval?.decision).toEqual(data);
    expect((await world.payload())?.intent).toContain('"action_intent_id":"ai_1769600000000_x7k2"');
    expect(await world.item()).toMatchObject({
      due_pk: expect.stringMatching(/^DUE#[0-7]$/),
      due_at: "2026-11-22T09:35:01.120Z",
      list_pk: expect.stringMatching(/^acme#[0-7]#APPROVAL#PENDING$/),
    });
  });

  test("ends with the intent when that ends first, be it in the past", async () => {
    const intent = anIntent({ proposed_by: "x", expires_at: "2026-11-22T09:00:00.000Z" });
    const before = aSnapshot({ ...heldSnapshot, at: "2026-11-22T08:00:00.000Z" });
    await world.record(heldRecord(intent, before));
    expect(await world.open(intent)).toEqual({ status: "open" });
    expect(await world.approval()).toMatchObject({ expires_at: "2026-11-22T09:00:00.000Z" });
    expect(await world.vote()).toMatchObject({ status: "refused" });
    await world.sweep();
    expect(told().detailType).toBe("ActionApprovalExpired");
  });

  test.each([
    ["no decision", async () => undefined],
    ["another decision", () => world.record(heldRecord(HELD_INTENT, aSnapshot()))],
    [
      "a decision on another payload",
      () => world.record(heldRecord(anIntent({ parameters: { text: "another" } }))),
    ],
  ])("is refused as forged where the ledger has %s", async (_, prepare) => {
    await prepare();
    expect(await world.open()).toMatchObject({ status: "forged" });
    expect(await world.item()).toBeUndefined();
    expect(await world.payload()).toBeUndefined();
  });

  test("of what is open changes nothing", async () => {
    await opened();
    const before = await world.item();
    world.advance(1_000);
    expect(await world.open()).toEqual({ status: "open" });
    expect(await world.item()).toEqual(before);
  });

  test("of what was closed opens nothing, even after the approval is gone", async () => {
    await opened();
    await world.vote();
    world.memory.set(
      { table: "actions", pk: PK, sk: `APPROVAL#${HELD_INTENT.action_intent_id}` },
      undefined,
    );
    expect(await world.open()).toEqual({ status: "closed" });
    expect(await world.item()).toBeUndefined();
  });

  test("is finished by a redelivery after a crash between payload and approval", async () => {
    await world.record();
    world.through({
      ...world.memory,
      put: async (write) => {
        if ("state" in write.item) throw new TypeError("died");
        return world.memory.put(write);
      },
    });
    await expect(world.open()).rejects.toThrow("died");
    world.through();
    expect(await world.open()).toEqual({ status: "open" });
  });
});

describe("voting", () => {
  test("closes, tells from the ledger's entry and the payload, and then clears", async () => {
    await opened();
    const reply = await world.vote({ comment: "fine" }, { name: "Alice A." });
    expect(reply).toMatchObject({ status: "done", approval: { state: "APPROVED", told_at: NOW } });
    expect(world.events).toHaveLength(1);
    const { detailType, metadata, data } = told();
    expect(detailType).toBe("ActionApproved");
    expect(metadata).toEqual({
      event_id: expect.stringMatching(/^apr_[a-z2-7]{26}$/),
      schema_version: "1",
      occurred_at: NOW,
      trace_id: "trace-7",
      causation_id: heldRecord().decision_id,
    });
    expect(data).toMatchObject({
      state: "APPROVED",
      approval_source: "HUMAN",
      votes: [{ actor: "alice", name: "Alice A.", verdict: "APPROVE", at: NOW, comment: "fine" }],
      valid_until: "2026-11-23T09:30:01.120Z",
      rejection: null,
      reason: "TENANT_POLICY",
      intent: HELD_INTENT,
    });
    expect(data).not.toHaveProperty("approval_id");
    const item = await world.item();
    expect(item).not.toHaveProperty("untold");
    expect(item).toMatchObject({ ttl: Math.ceil((Date.parse(NOW) + 90 * DAY_MS) / 1000) });
    const closing = await world.closing();
    expect(closing).toMatchObject({
      state: "APPROVED",
      list_pk: expect.stringMatching(/#APPROVAL#CLOSED$/),
    });
  });

  test("costs five round trips when it closes", async () => {
    await opened();
    const calls: string[] = [];
    const { memory } = world;
    const counted =
      <Args extends unknown[], Reply>(name: string, call: (...args: Args) => Reply) =>
      (...args: Args) => {
        calls.push(name);
        return call(...args);
      };
    world.through({
      batchGet: counted("batchGet", memory.batchGet),
      get: counted("get", memory.get),
      put: counted("put", memory.put),
      update: counted("update", memory.update),
      transact: counted("transact", memory.transact),
      query: counted("query", memory.query),
    });
    await world.vote();
    expect(calls).toEqual(["batchGet", "batchGet", "transact", "put"]);
    expect(world.events).toHaveLength(1);
  });

  test("needs as many principals as the rule says", async () => {
    world.configure("APPROVAL_RULE#DEFAULT", {
      ...RULE,
      votes_needed: 2,
    });
    await opened();
    expect(await world.vote()).toMatchObject({ approval: { state: "PENDING", version: 2 } });
    expect(await world.vote({ comment: "again" })).toMatchObject({ approval: { version: 2 } });
    expect(world.events).toEqual([]);
    expect(await world.vote({}, { actor: "bob" })).toMatchObject({
      approval: { state: "APPROVED" },
    });
    expect(told().data.votes.map(({ actor }: { actor: string }) => actor)).toEqual([
      "alice",
      "bob",
    ]);
  });

  test("of two at once counts both, and closes once", async () => {
    world.configure("APPROVAL_RULE#DEFAULT", { ...RULE, votes_needed: 2 });
    await opened();
    const replies = await Promise.all([
      world.vote({}, { actor: "alice" }),
      world.vote({}, { actor: "bob" }),
      world.vote({}, { actor: "carol" }),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual(["done", "done", "refused"]);
    expect(world.events).toHaveLength(1);
  });

  test("is refused where the gate would block now, and leaves no trace", async () => {
    await opened();
    world.configure("KILL_SWITCH", { engaged: true, effect: "BLOCK", reason: "incident" });
    const before = await world.item();
    expect(await world.vote()).toMatchObject({ status: "refused", refusal: { code: "BLOCKED" } });
    expect(await world.item()).toEqual(before);
    expect(await world.vote({ verdict: "REJECT" })).toMatchObject({ status: "done" });
  });

  test("does not approve on facts from before an account-level change", async () => {
    await opened();
    world.through({
      ...world.memory,
      transact: async (writes, token) => {
        world.through();
        // What an administrator does meanwhile: the stop and the raised fence.
        world.configure("KILL_SWITCH", { engaged: true, effect: "BLOCK", reason: "incident" });
        world.memory.set(
          { table: "budgetState", pk: PK, sk: "BUDGET_STATE#CURRENT" },
          { tenant_id: "acme", account_id: "acct_42", fence: 1 },
        );
        return world.memory.transact(writes, token);
      },
    });
    expect(await world.vote()).toMatchObject({ status: "refused", refusal: { code: "BLOCKED" } });
    expect(await world.approval()).toMatchObject({ state: "PENDING" });
  });

  test("does not commit on facts that were read too long ago", async () => {
    await opened();
    let slow = true;
    world.through({
      ...world.memory,
      batchGet: async (addresses) => {
        const reply = await world.memory.batchGet(addresses);
        if (slow && addresses.length > 4) {
          slow = false;
          world.advance(251);
          world.configure("KILL_SWITCH", { engaged: true, effect: "BLOCK", reason: "incident" });
        }
        return reply;
      },
    });
    expect(await world.vote()).toMatchObject({ status: "refused", refusal: { code: "BLOCKED" } });
  });

  test("whose reply was lost is found counted, and told", async () => {
    await opened();
    world.through({
      ...world.memory,
      transact: async (writes, token) => {
        world.through();
        await world.memory.transact(writes, token);
        throw new TransientError("UNAVAILABLE", "lost");
      },
    });
    expect(await world.vote()).toMatchObject({ status: "done", approval: { told_at: NOW } });
    expect(world.events).toHaveLength(1);
  });

  test("on what is not there, or in another account, finds nothing", async () => {
    expect(await world.vote()).toEqual({ status: "absent", opening: false });
    await world.record();
    expect(await world.vote()).toEqual({ status: "absent", opening: true });
  });

  test("HANDLED closes what the agent may only propose", async () => {
    await world.record(heldRecord(HELD_INTENT, proposedSnapshot));
    await world.open();
    expect(await world.vote()).toMatchObject({ refusal: { code: "NOT_EXECUTABLE" } });
    await world.vote({ verdict: "HANDLED" });
    expect(told().detailType).toBe("ActionHandled");
  });
});

describe("telling", () => {
  test("is left to the sweep while the bus refuses, with the same bytes each time", async () => {
    await opened();
    world.busAccepts(false);
    expect(await world.vote()).toMatchObject({ status: "done", approval: { untold: true } });
    const untold = await world.item();
    expect(untold).not.toHaveProperty("ttl");
    world.busAccepts(true);
    world.advance(20_000);
    await world.sweep();
    // Told, and its clearing lost: told again.
    world.memory.set(
      { table: "actions", pk: PK, sk: `APPROVAL#${HELD_INTENT.action_intent_id}` },
      untold,
    );
    expect(await world.sweep()).toMatchObject({ told: 1, failed: 0 });
    expect(world.events).toHaveLength(2);
    expect(world.events[0]).toEqual(world.events[1]);
  });

  test("is not done by the sweep while whoever closed may still do it", async () => {
    await opened();
    world.busAccepts(false);
    await world.vote({ verdict: "REJECT" });
    expect(await world.sweep()).toEqual({ expired: 0, told: 0, failed: 0 });
  });
});

describe("the sweep", () => {
  test("closes what nobody decided in time, once", async () => {
    await opened();
    world.advance(7 * DAY_MS - 1);
    expect(await world.sweep()).toMatchObject({ expired: 0 });
    world.advance(1);
    const runs = await Promise.all([world.sweep(), world.sweep()]);
    expect(runs.map(({ expired }) => expired).sort()).toEqual([0, 1]);
    expect(told().data).toMatchObject({ state: "EXPIRED", approval_source: null });
    expect(world.events).toHaveLength(1);
    expect(await world.vote()).toMatchObject({ refusal: { code: "ALREADY_CLOSED" } });
  });

  test("sets the payload's expiry once the closing is told, and then has nothing more to do", async () => {
    await opened();
    await world.vote();
    expect(await world.payload()).not.toHaveProperty("ttl");
    await world.sweep();
    expect(await world.payload()).toMatchObject({
      ttl: Math.ceil(Date.parse(NOW) / 1000) + 30 * 86_400,
    });
    const item = await world.item();
    expect(item).not.toHaveProperty("due_pk");
    await world.sweep();
    expect(await world.item()).toEqual(item);
  });

  test("goes on past an approval that cannot be read, and says so", async () => {
    await opened();
    world.advance(8 * DAY_MS);
    for (let index = 0; index < 8; index++) {
      const key = { table: "actions", pk: PK, sk: `APPROVAL#broken${index}` } as const;
      world.memory.set(key, { state: "?", due_pk: `DUE#${index}`, due_at: "2026-01-01" });
    }
    expect(await world.sweep()).toEqual({ expired: 1, told: 0, failed: 8 });
    expect(world.faults).toHaveLength(8);
  });

  test("closes nothing by a clock that is far from the service's", async () => {
    await opened();
    world.advance(8 * DAY_MS);
    world.through({
      ...world.memory,
      batchGet: async (addresses) => ({
        ...(await world.memory.batchGet(addresses)),
        serviceEpochMs: Date.parse(NOW),
      }),
    });
    expect(await world.sweep()).toMatchObject({ expired: 0 });
    expect(await world.approval()).toMatchObject({ state: "PENDING" });
    await expect(world.vote({ verdict: "REJECT" })).rejects.toThrow(TransientError);
  });

  test("a late sweep lets nothing through", async () => {
    await opened();
    world.advance(7 * DAY_MS);
    expect(await world.vote()).toMatchObject({ refusal: { code: "EXPIRED" } });
    expect(await world.vote({ verdict: "REJECT" })).toMatchObject({ refusal: { code: "EXPIRED" } });
  });
});

test("a withdrawal closes what is pending, and only that", async () => {
  await opened();
  expect(await world.withdraw()).toMatchObject({
    status: "done",
    approval: { state: "WITHDRAWN" },
  });
  expect(told().data.explanation).toBe("Withdrawn by cc-native.decision.");
  expect(await world.withdraw()).toMatchObject({ status: "done" });
  expect(await world.withdraw("bob")).toMatchObject({ refusal: { code: "ALREADY_CLOSED" } });
  expect(world.events).toHaveLength(1);
});

const RULE = {
  votes_needed: 1,
  expires_after_seconds: 604_800,
  valid_for_seconds: 86_400,
  comment_required: "NEVER",
  minimum_role: "approver",
};
