import { describe, expect, test } from "vitest";
import {
  anApproval,
  aPrincipal,
  aRule,
  aVote,
  HELD_INTENT,
  heldSnapshot,
  proposedSnapshot,
} from "../../test/approvals.ts";
import { anIntent, aSnapshot, NOW, readable } from "../../test/fixtures.ts";
import { decide } from "../gate/decide.ts";
import type { Approval } from "./approval.ts";
import { close } from "./closing.ts";
import type { RefusalCode } from "./refusal.ts";
import { expiry, type VoteQuestion, voteEffect, withdrawalEffect } from "./vote.ts";

function effectOf(more: Partial<VoteQuestion> = {}, snapshot = heldSnapshot) {
  const question = {
    approval: anApproval(),
    vote: aVote(),
    principal: aPrincipal(),
    now: NOW,
    proposedBy: HELD_INTENT.proposed_by,
    ...more,
  };
  const proposal = decide(HELD_INTENT, snapshot);
  return voteEffect(question, () => (proposal.kind === "held" ? proposal.decision : undefined));
}

function closed(more: Partial<VoteQuestion> = {}) {
  const effect = effectOf(more);
  if (effect.effect !== "closed") throw new TypeError(`Not closed: ${effect.effect}`);
  return effect.closing;
}

function counted(approval: Approval, actor: string): Approval {
  const effect = effectOf({ approval, principal: aPrincipal({ actor }) });
  if (effect.effect !== "counted") throw new TypeError(`Not counted: ${effect.effect}`);
  return effect.approval;
}

describe("an approval closes", () => {
  test("as APPROVED with the votes its rule needs, and not before", () => {
    const opened = anApproval(aRule({ votes_needed: 3 }));
    const two = counted(counted(opened, "alice"), "bob");
    expect(two).toMatchObject({ state: "PENDING", version: 3 });
    const { approval, entry } = closed({
      approval: two,
      principal: aPrincipal({ actor: "carol" }),
    });
    expect(approval).toMatchObject({
      state: "APPROVED",
      version: 4,
      closed_at: NOW,
      closed_by: "carol",
      valid_until: "2026-11-23T09:30:01.120Z",
      untold: true,
    });
    expect(entry).toMatchObject({
      approval_source: "HUMAN",
      auto_executed: false,
      explanation:
        "Approved by alice, bob, carol. It may be executed until 2026-11-23T09:30:01.120Z.",
    });
  });

  test("as REJECTED with one REJECT, whatever was voted before", () => {
    const approval = counted(anApproval(aRule({ votes_needed: 2 })), "alice");
    const vote = aVote({ verdict: "REJECT", comment: "wrong customer" });
    const rejected = closed({ approval, vote }).approval;
    expect(rejected).toMatchObject({
      state: "REJECTED",
      rejection: { reason_code: "OTHER", retry: "NEVER" },
      votes: [{ actor: "alice", verdict: "REJECT", comment: "wrong customer" }],
    });
    expect(rejected).not.toHaveProperty("valid_until");
    const rejection = { reason_code: "WRONG_TARGET", retry: "AFTER_CHANGE" } as const;
    const told = closed({ approval, vote: { ...vote, rejection } });
    expect(told.entry.rejection).toEqual(rejection);
  });

  test("as HANDLED with one HANDLED, where the agent may only propose", () => {
    const approval = anApproval(aRule({ votes_needed: 3 }), proposedSnapshot);
    const { entry } = closed({ approval, vote: aVote({ verdict: "HANDLED" }) });
    expect(entry).toMatchObject({ state: "HANDLED", approval_source: null, valid_until: null });
  });

  test("valid until the intent's own end when that is earlier", () => {
    const intent = anIntent({ expires_at: "2026-11-23T00:00:00+02:00" });
    const approval = anApproval(aRule(), heldSnapshot, intent);
    expect(
      closed({ approval, vote: aVote({ fingerprint: approval.fingerprint }) }).approval.valid_until,
    ).toBe("2026-11-22T22:00:00.000Z");
  });
});

test("a key counts once, whoever it speaks for", () => {
  const approval = counted(anApproval(aRule({ votes_needed: 2 })), "alice");
  const again = effectOf({ approval, vote: aVote({ acting_for: "bob", comment: "again" }) });
  expect(again).toEqual({ effect: "unchanged", approval });
});

test("the same verdict again changes nothing, whatever the state and the time", () => {
  const { approval } = closed();
  const now = "2027-11-22T09:30:01.120Z";
  expect(effectOf({ approval, now })).toEqual({ effect: "unchanged", approval });
  const pending = counted(anApproval(aRule({ votes_needed: 2 })), "alice");
  expect(effectOf({ approval: pending, now }).effect).toBe("unchanged");
});

describe("a vote is refused", () => {
  const cases: [RefusalCode, string, Partial<VoteQuestion>, typeof heldSnapshot?][] = [
    ["FINGERPRINT_MISMATCH", "on another payload", { vote: aVote({ fingerprint: "x" }) }],
    ["EXPIRED", "from its end on", { now: "2026-11-29T09:30:01.120Z" }],
    [
      "MINIMUM_ROLE",
      "without the role",
      { approval: anApproval(aRule({ minimum_role: "admin" })) },
    ],
    [
      "PEOPLE_ONLY",
      "of a service",
      {
        approval: anApproval(aRule({ people_only: true })),
        principal: aPrincipal({ kind: "SERVICE" }),
      },
    ],
    ["SELF_APPROVAL", "of a proposer", { principal: aPrincipal({ actor: "agent-7" }) }],
    ["SELF_APPROVAL", "of the proposer", { proposedBy: "alice" }],
    [
      "COMMENT_REQUIRED",
      "without a comment",
      { approval: anApproval(aRule({ comment_required: "ALWAYS" })) },
    ],
    [
      "COMMENT_REQUIRED",
      "with a blank comment",
      {
        approval: anApproval(aRule({ comment_required: "ON_REJECT" })),
        vote: aVote({ verdict: "REJECT", comment: " " }),
      },
    ],
    [
      "NOT_EXECUTABLE",
      "of APPROVE on a proposal",
      { approval: anApproval(aRule(), proposedSnapshot) },
    ],
    ["NOT_EXECUTABLE", "where it became a proposal", {}, proposedSnapshot],
    ["NOT_HANDLED", "of HANDLED on an executable", { vote: aVote({ verdict: "HANDLED" }) }],
    [
      "ALREADY_CLOSED",
      "after another verdict",
      { approval: closed().approval, vote: aVote({ verdict: "REJECT" }) },
    ],
    [
      "BLOCKED",
      "of a disabled type",
      {},
      aSnapshot({ modes: { ACCOUNT_ACTION_TYPE: readable("DISABLED") } }),
    ],
  ];
  test.each(cases)("%s %s", (code, _, more, snapshot) => {
    expect(effectOf(more, snapshot)).toMatchObject({ effect: "refused", refusal: { code } });
  });

  test("ALREADY_CLOSED says how, when and by whom", () => {
    const effect = effectOf({
      approval: closed().approval,
      principal: aPrincipal({ actor: "bob" }),
    });
    expect(effect).toMatchObject({
      refusal: {
        message: `This approval was closed as APPROVED by alice at ${NOW} and takes no more votes. To act on it after all, have the agent propose a new intent.`,
        closed: { state: "APPROVED", closed_by: "alice", closed_at: NOW },
      },
    });
  });

  test("BLOCKED says what blocks", () => {
    const stop = { status: "readable", value: { engaged: true, effect: "BLOCK" } } as const;
    const effect = effectOf({}, aSnapshot({ killSwitches: { TENANT: stop } }));
    expect(effect).toMatchObject({ refusal: { finding: { reason: "KILL_SWITCH" } } });
  });

  test("but a REQUIRE_APPROVAL stop leaves people free", () => {
    const stop = {
      status: "readable",
      value: { engaged: true, effect: "REQUIRE_APPROVAL" },
    } as const;
    expect(effectOf({}, aSnapshot({ killSwitches: { GLOBAL: stop } })).effect).toBe("closed");
  });

  test("and a budget that is spent or missing is not asked", () => {
    const absent = { status: "absent" } as const;
    expect(effectOf({}, aSnapshot({ budgets: { account: absent } })).effect).toBe("closed");
  });
});

test("REJECT and HANDLED need no fresh decision", () => {
  const question = {
    approval: anApproval(),
    vote: aVote({ verdict: "REJECT" }),
    principal: aPrincipal(),
    now: NOW,
    proposedBy: undefined,
  } as const;
  expect(voteEffect(question).effect).toBe("closed");
  expect(voteEffect({ ...question, vote: aVote() }).effect).toBe("undecided");
});

describe("a withdrawal", () => {
  test("closes what is pending", () => {
    const effect = withdrawalEffect(anApproval(), "agent-7", "no longer needed", NOW);
    expect(effect).toMatchObject({
      effect: "closed",
      closing: {
        approval: { state: "WITHDRAWN", closed_by: "agent-7" },
        entry: { explanation: "Withdrawn by agent-7: no longer needed." },
      },
    });
  });

  test("of the same again changes nothing; of what is closed otherwise or overdue is refused", () => {
    const { approval } = close(anApproval(), { state: "WITHDRAWN", by: "agent-7" }, NOW);
    expect(withdrawalEffect(approval, "agent-7", undefined, NOW).effect).toBe("unchanged");
    expect(withdrawalEffect(approval, "bob", undefined, NOW).effect).toBe("refused");
    const late = withdrawalEffect(anApproval(), "bob", undefined, "2027-01-01T00:00:00.000Z");
    expect(late).toMatchObject({ effect: "refused", refusal: { code: "EXPIRED" } });
  });
});

test("time closes an approval at its end, and not before", () => {
  const approval = anApproval();
  expect(expiry(approval, "2026-11-29T09:30:01.119Z")).toBeUndefined();
  expect(expiry(approval, approval.expires_at)).toMatchObject({
    approval: { state: "EXPIRED", closed_by: null },
    entry: {
      votes: [],
      explanation:
        "Not decided before 2026-11-29T09:30:01.120Z: it had 0 of the 1 approvals it needed. The agent may propose a new intent.",
    },
  });
});
