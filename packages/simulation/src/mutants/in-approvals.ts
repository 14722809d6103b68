import type { Mutant } from "./plant.ts";

const OPEN = "core/src/commit/open-approval.ts";
const CAST = "core/src/commit/cast-vote.ts";
const TELL = "core/src/commit/tell.ts";
const SWEEP = "core/src/commit/sweep.ts";
const STORE = "core/src/store/approvals.ts";
const ITEMS = "core/src/store/approval-items.ts";
const VOTE = "core/src/approval/vote.ts";
const CLOSING = "core/src/approval/closing.ts";

/** Bugs that the simulation of approvals can see. */
const BUGS: readonly Omit<Mutant, "level">[] = [
  {
    name: "forged-payload-opened",
    about: "an approval is opened for another payload than was decided",
    file: OPEN,
    search: "if (held.fingerprint !== request.fingerprint) {",
    replace: "if (held.fingerprint === undefined) {",
  },
  {
    name: "approval-before-payload",
    about: "the approval is put before its payload",
    file: STORE,
    search: "const item = payloadItem(refOf(approval), intent);",
    replace:
      'const item = payloadItem(refOf(approval), intent); await table.put({ kind: "put", table: "actions", item: approvalItem(approval), condition: NONE_YET });',
  },
  {
    name: "approval-put-over",
    about: "an opening replaces the approval there is",
    file: STORE,
    search:
      'await table.put({ kind: "put", table: "actions", item: opened, condition: NONE_YET });',
    replace: 'await table.put({ kind: "put", table: "actions", item: opened });',
  },
  {
    name: "version-not-held",
    about: "a vote overwrites what another has written meanwhile",
    file: STORE,
    search: 'condition: "#version = :version",',
    replace: 'condition: "attribute_exists(pk)",',
  },
  {
    name: "fence-not-held",
    about: "the closing APPROVE does not hold the account's fence",
    file: CAST,
    search: "if (!(await store.close(effect.closing, read))) throw moved();",
    replace: "if (!(await store.close(effect.closing))) throw moved();",
  },
  {
    name: "no-fresh-decision",
    about: "an APPROVE is not decided again",
    file: VOTE,
    search: "const stopped = stoppedBy(holdNow());",
    replace: "const stopped = stoppedBy(undefined);",
  },
  {
    name: "vote-on-any-payload",
    about: "the fingerprint of a vote is not compared",
    file: VOTE,
    search: "if (vote.fingerprint !== approval.fingerprint) return",
    replace: 'if (vote.fingerprint === "") return',
  },
  {
    name: "quorum-off-by-one",
    about: "one approval less than needed closes",
    file: VOTE,
    search: "approvals.length >= rule.votes_needed",
    replace: "approvals.length >= Math.max(1, rule.votes_needed - 1)",
  },
  {
    name: "overdue-votes",
    about: "an approval past its time still takes votes",
    file: VOTE,
    search: "if (isOverdue(approval, now)) return expired(approval);",
    replace:
      "if (isOverdue(approval, now) && approval.expires_at === now) return expired(approval);",
  },
  {
    name: "cleared-before-told",
    about: "untold is cleared although the bus did not accept",
    file: TELL,
    search: "if (!(await isAccepted(event, context))) return approval;",
    replace: "await isAccepted(event, { ...context, deadline: { remainingMs: () => 0 } });",
  },
  {
    name: "closing-told-early",
    about: "a closing is told before it is committed",
    file: CAST,
    search: "ensureFresh(read, context);\n      if (!(await store.close(",
    replace:
      "ensureFresh(read, context);\n      await tell(approval, told, intent, context);\n      if (!(await store.close(",
  },
  {
    name: "proposal-approved",
    about: "what the agent may only propose is approved",
    file: VOTE,
    search: 'if (verdict === "APPROVE" && !executable) return',
    replace: 'if (verdict === "APPROVE" && executable === undefined) return',
  },
  {
    name: "sweep-does-not-tell",
    about: "the sweep leaves untold closings alone",
    file: SWEEP,
    search: "if (!approval.untold) return expirePayload(approval, context);",
    replace:
      "if (!approval.untold || approval.closed_by !== null) return expirePayload(approval, context);",
  },
  {
    name: "untold-not-due",
    about: "an untold closing is in no list of what is due",
    file: ITEMS,
    search: "if (approval.untold) return instantText(",
    replace: 'if (approval.untold && approval.state === "EXPIRED") return instantText(',
  },
  {
    name: "payload-expires-early",
    about: "the payload's expiry is set before its closing was told",
    file: SWEEP,
    search: "const told = await tell(approval, closing.value, intent, context);",
    replace:
      "await context.store.expirePayload(refOf(approval), 1); const told = await tell(approval, closing.value, intent, context);",
  },
  {
    name: "told-at-another-time",
    about: "an event says when it was told, not when it was closed",
    file: TELL,
    search: "const event = closingEvent(entry, intent);",
    replace:
      "const event = closingEvent({ ...entry, closed_at: instantText(context.clock.epochMs()) }, intent);",
  },
  {
    name: "closing-not-recorded-once",
    about: "the ledger's entry of a closing can be written again",
    file: STORE,
    search: "item: closingItem(entry), condition: NONE_YET },",
    replace: "item: closingItem(entry) },",
    equivalent:
      "The approval's version lets only one closing commit; the condition guards against an approval that was opened again, which nothing does.",
  },
  {
    name: "outlives-the-intent",
    about: "an approval, and what was approved, outlive their intent",
    file: CLOSING,
    search: "Math.min(endMs, instantMs(intentExpiry))",
    replace: "Math.max(endMs, instantMs(intentExpiry))",
  },
];

export const APPROVAL_MUTANTS: readonly Mutant[] = BUGS.map((bug) => ({
  ...bug,
  level: "approvals",
}));
