import { sha256 } from "@autonomy-gate/core/adapters";
import { type Approval, refOf } from "@autonomy-gate/core/approval";
import type { VoteReply } from "@autonomy-gate/core/commit";
import type { GateEvent } from "@autonomy-gate/core/gate";
import type { IntentRef } from "@autonomy-gate/core/ids";
import {
  type Address,
  approvalFrom,
  approvalKey,
  closingFrom,
  decisionKey,
  type Item,
  payloadFrom,
  payloadKey,
  recordFrom,
} from "@autonomy-gate/core/store";
import { Violation } from "../checks/evidence.ts";
import type { Commit } from "../dynamo/dynamo.ts";
import type { AppliedWrite, Tables } from "../dynamo/tables.ts";
import type { ApprovalScenario, VoteSpec } from "./scenario.ts";

/** Checks 17 to 20 from the tables' items and the events alone. */
export interface ApprovalChecker {
  onCommit(commit: Commit): void;
  onAccepted(event: GateEvent): void;
  onQuarantined(message: { readonly body: string }): void;
  /** A voter was answered. */
  onReply(vote: VoteSpec, reply: VoteReply): void;
  /** An administrator was told that what blocks the account is in force. */
  onAcknowledged(address: Address, updatedBy: string): void;
  atEnd(): void;
  /** How often each invariant was checked. */
  readonly checked: Map<number, number>;
}

export function createApprovalChecker(
  scenario: ApprovalScenario,
  tables: Tables,
  report: (violation: Violation) => void,
): ApprovalChecker {
  const checked = new Map<number, number>();
  const told = new Map<string, string>();
  const quarantined = new Set<string>();
  /** Blocks in force and acknowledged, by the item that says so. */
  const blocks = new Map<string, Item>();
  const check = (invariant: number, isTrue: () => string | undefined) => {
    checked.set(invariant, (checked.get(invariant) ?? 0) + 1);
    const message = isTrue();
    if (message !== undefined) report(new Violation(invariant, message));
  };

  const isBlocked = () =>
    [...blocks].some(([key, item]) => {
      const [pk = "", sk = ""] = key.split("|");
      return tables.get({ table: "config", pk, sk }) === item;
    });

  const checkWrite = (write: AppliedWrite, commit: Commit) => {
    if (!write.sk.startsWith("APPROVAL#")) return;
    if (write.table === "ledger") return check(18, () => recordedOnce(write, commit));
    if (write.sk.endsWith("#INTENT")) return check(18, () => payloadKept(write, tables));
    if (write.before === undefined) return check(17, () => openedRightly(write, tables, scenario));
    check(18, () => changedRightly(write, told));
    if (closes(write, "APPROVED")) {
      check(19, () => approvedRightly(write, scenario, isBlocked()));
    }
  };

  return {
    checked,
    onCommit: (commit) => {
      for (const write of commit.writes) checkWrite(write, commit);
    },
    onAccepted: (event) => check(18, () => toldRightly(event, told, tables, scenario)),
    onQuarantined: ({ body }) => quarantined.add(body),
    onReply: (vote, reply) => check(18, () => answeredTruly(vote, reply, tables, scenario)),
    onAcknowledged: (address, updatedBy) => {
      const item = tables.get(address);
      // Another change may have come meanwhile.
      if (item?.updated_by === updatedBy) blocks.set(`${address.pk}|${address.sk}`, item);
    },
    atEnd: () => {
      for (const { body } of scenario.messages) {
        const intent = scenario.intents.find(({ forged }) => forged.includes(body));
        if (intent === undefined) continue;
        check(17, () =>
          quarantined.has(body) ? undefined : "a forged event is not in quarantine",
        );
      }
      for (const { ref, opening } of scenario.intents) {
        if (scenario.messages.some(({ body }) => body === opening)) {
          check(20, () => endedWell(ref, tables, told));
        }
      }
    },
  };
}

function openedRightly(
  { pk, sk, after }: AppliedWrite,
  tables: Tables,
  { intents }: ApprovalScenario,
): string | undefined {
  const approval = readable(after);
  const intent = intents.find(
    ({ ref }) => approvalKey(ref).sk === sk && approvalKey(ref).pk === pk,
  );
  if (intent === undefined || approval === undefined) return `${sk} is opened for nothing decided`;
  const { ref, record, canonical } = intent;
  if (tables.history({ table: "actions", pk, sk }).length > 1) return `${sk} is opened again`;
  if (tables.get({ table: "ledger", pk, sk }) !== undefined) return `${sk} was closed before`;
  if (approval.state !== "PENDING" || approval.version !== 1) return `${sk} is not opened pending`;
  const stored = recordFrom(tables.get({ table: "ledger", ...decisionKey(ref) }));
  if (stored.status !== "readable" || stored.value.decision !== "REQUIRE_APPROVAL") {
    return `${sk} is opened without a held decision`;
  }
  if (approval.fingerprint !== record.fingerprint) return `${sk} has another fingerprint`;
  if (approval.decision.explanation !== record.explanation) return `${sk} has another decision`;
  const payload = payloadFrom(tables.get({ table: "actions", ...payloadKey(ref) }));
  if (payload !== canonical || sha256(payload) !== record.fingerprint) {
    return `${sk} is opened without its payload`;
  }
  return undefined;
}

/** Closed once and for ever, and cleared only after it was told. */
function changedRightly(
  { sk, before, after }: AppliedWrite,
  told: ReadonlyMap<string, string>,
): string | undefined {
  const [earlier, later] = [readable(before), readable(after)];
  if (earlier === undefined || later === undefined) return `${sk} is gone or unreadable`;
  if (later.version !== earlier.version + 1) return `${sk} skips a version`;
  if (later.fingerprint !== earlier.fingerprint) return `${sk} changes its fingerprint`;
  if (earlier.state === "PENDING") return undefined;
  if (later.state !== earlier.state || later.closed_at !== earlier.closed_at) {
    return `${sk} was ${earlier.state} and becomes ${later.state}`;
  }
  if (earlier.untold && !later.untold && !told.has(earlier.approval_id)) {
    return `${sk} is cleared before it was told`;
  }
  return undefined;
}

function payloadKept({ pk, sk, before, after }: AppliedWrite, tables: Tables): string | undefined {
  if (before !== undefined && before.intent !== after?.intent) return `${sk} is rewritten`;
  if (after?.ttl === undefined) return undefined;
  const approval = readable(tables.get({ table: "actions", pk, sk: sk.replace("#INTENT", "") }));
  const isTold = approval !== undefined && approval.state !== "PENDING" && !approval.untold;
  return isTold ? undefined : `${sk} may expire before its closing was told`;
}

function closes({ before, after }: AppliedWrite, state: Approval["state"]): boolean {
  return before?.state === "PENDING" && after?.state === state;
}

function approvedRightly(
  { sk, before, after }: AppliedWrite,
  { intents, votes, votesNeeded }: ApprovalScenario,
  isBlocked: boolean,
): string | undefined {
  const approval = readable(after);
  if (approval?.state !== "APPROVED" || before === undefined) return `${sk} cannot be read`;
  if (isBlocked) return `${sk} is approved after a block was acknowledged`;
  if (approval.closed_at >= approval.expires_at) return `${sk} is approved after its time`;
  if (!approval.decision.executable_after_approval) return `${sk} may only be proposed`;
  if (approval.valid_until === undefined || approval.valid_until > endOfIntent(approval)) {
    return `${sk} is valid beyond its intent`;
  }
  const index = intents.findIndex(({ ref }) => approvalKey(ref).sk === sk);
  const cast = approval.votes.filter(({ actor, verdict, at }) =>
    votes.some(
      (vote) =>
        vote.intent === index &&
        vote.actor === actor &&
        vote.verdict === verdict &&
        vote.fingerprint === approval.fingerprint &&
        at < approval.expires_at,
    ),
  );
  const actors = new Set(cast.flatMap((vote) => (vote.verdict === "APPROVE" ? [vote.actor] : [])));
  return actors.size >= votesNeeded && cast.length === approval.votes.length
    ? undefined
    : `${sk} is approved by ${actors.size} of ${votesNeeded}`;
}

function endOfIntent({ decision }: Approval): string {
  return decision.facts.expires_at ?? "9";
}

function recordedOnce({ sk, before, after }: AppliedWrite, commit: Commit): string | undefined {
  if (before !== undefined) return `the closing of ${sk} is recorded again`;
  const approval = readable(
    commit.writes.find((write) => write.table === "actions" && write.sk === sk)?.after,
  );
  const closing = closingFrom(after);
  if (closing.status !== "readable") return `the closing of ${sk} cannot be read`;
  return approval?.state === closing.value.state ? undefined : `${sk} and its closing differ`;
}

/** Told only what is recorded, the same each time. */
function toldRightly(
  { detailType, detail }: GateEvent,
  told: Map<string, string>,
  tables: Tables,
  { intents }: ApprovalScenario,
): string | undefined {
  const { metadata, data } = JSON.parse(detail);
  const intent = intents.find(({ ref }) => ref.action_intent_id === data.action_intent_id);
  if (intent === undefined) return `${detailType} of nobody's intent`;
  const earlier = told.get(metadata.event_id) ?? `${detailType}${detail}`;
  if (earlier !== `${detailType}${detail}`) return `${detailType} is told with other bytes`;
  told.set(metadata.event_id, earlier);
  const item = tables.get({ table: "ledger", ...approvalKey(intent.ref) });
  const closing = closingFrom(item);
  if (closing.status !== "readable") return `${detailType} is told and not recorded`;
  const { approval_id, trace_id, ...expected } = closing.value;
  const { intent: payload, ...rest } = data;
  if (!detail.endsWith(`"intent":${intent.canonical}}}`)) return `${detailType} has another intent`;
  if (metadata.event_id !== approval_id) return `${detailType} has another event_id`;
  return isEqual(rest, expected) && payload !== undefined
    ? undefined
    : `${detailType} differs from the ledger's entry`;
}

/** A counted vote is among the votes; a refused one for what is closed met a closed approval. */
function answeredTruly(
  { intent: index, actor, verdict, fingerprint }: VoteSpec,
  reply: VoteReply,
  tables: Tables,
  { intents }: ApprovalScenario,
): string | undefined {
  const intent = intents[index];
  if (intent === undefined || reply.status === "absent") return undefined;
  const history = tables.history({ table: "actions", ...approvalKey(intent.ref) });
  const versions = history.flatMap(({ item }) => readable(item) ?? []);
  if (reply.status === "refused") {
    const isClosed = versions.some(({ state }) => state !== "PENDING");
    const { code } = reply.refusal;
    return code === "ALREADY_CLOSED" && !isClosed
      ? "a vote is told of a closing there is not"
      : undefined;
  }
  if (fingerprint !== intent.record.fingerprint) return "a vote on another payload is counted";
  const isCounted = versions.some(({ votes }) =>
    votes.some((vote) => vote.actor === actor && vote.verdict === verdict),
  );
  return isCounted ? undefined : `${actor}'s ${verdict} is said to be counted and is not`;
}

/** Opened, closed, told, and the payload let go. */
function endedWell(
  ref: IntentRef,
  tables: Tables,
  told: ReadonlyMap<string, string>,
): string | undefined {
  const { sk } = approvalKey(ref);
  const approval = readable(tables.get({ table: "actions", ...approvalKey(ref) }));
  if (approval === undefined) return `${sk} was never opened`;
  if (approval.state === "PENDING") return `${sk} is still pending`;
  if (approval.untold || !told.has(approval.approval_id)) return `${sk} is still untold`;
  const payload = tables.get({ table: "actions", ...payloadKey(refOf(approval)) });
  return payload?.ttl === undefined ? `the payload of ${sk} never expires` : undefined;
}

function readable(item: Item | undefined): Approval | undefined {
  const stored = approvalFrom(item);
  return stored.status === "readable" ? stored.value : undefined;
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, child]) => [name, sorted(child)]),
  );
}
