import { createHash } from "node:crypto";
import { type Difference, differences } from "./differences.ts";
import type { Stage } from "./perform.ts";
import { filled, filledFields, labelOf } from "./placeholders.ts";
import type { Delivered } from "./post.ts";
import type { Expected } from "./scenario.ts";

const DETAIL_TYPES: Readonly<Record<string, string>> = {
  AUTO_EXECUTE: "ActionAutoApproved",
  REQUIRE_APPROVAL: "ActionApprovalRequired",
  BLOCK: "ActionBlocked",
};

/** Attributes of a ledger item that its outcome has not. */
const LEDGER_ONLY = [
  "pk",
  "sk",
  "list_pk",
  "list_sk",
  "fingerprint",
  "trace_id",
  "causation_id",
  "tenant_date_key",
  "date_key",
];

/** Everything of a scenario that is not as it should be: what its file says, and what always holds. */
export async function examine(expected: Expected, stage: Stage): Promise<Difference[]> {
  const delivered = stage.post.outcomes(String(stage.values.tenant)).letters;
  const label = ({ detail: { data } }: Delivered) =>
    labelOf(data.account_id, data.action_intent_id, stage.values);
  const outcomes = new Map(delivered.map((each) => [label(each), each]));
  const decisions = await stage.tables.decisions();
  return [
    ...outcomeDifferences(expected, outcomes, stage),
    ...totalDifferences(expected, [...outcomes.values()]),
    ...delivered.flatMap((each) => invariantDifferences(each, outcomes.get(label(each)))),
    ...quarantineDifferences(expected, stage),
    ...(await budgetDifferences(expected, stage)),
    ...ledgerDifferences(expected, outcomes, decisions),
  ];
}

type Outcomes = ReadonlyMap<string, Delivered>;

function outcomeDifferences(
  expected: Expected,
  outcomes: Outcomes,
  { values }: Stage,
): Difference[] {
  return Object.entries(filledFields(expected.outcomes, values)).flatMap(([intent, fields]) => {
    const found = outcomes.get(intent);
    const at = `outcomes.${intent}`;
    return found === undefined
      ? [{ at, problem: "did not come" }]
      : differences(fields, found.detail.data, at);
  });
}

/** Counts by decision, by reason, and of all outcomes there are. */
function totalDifferences(expected: Expected, found: readonly Delivered[]): Difference[] {
  const counts = new Map<string, number>();
  for (const { detail } of found) {
    for (const name of [String(detail.data.decision), String(detail.data.reason)]) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const named = Object.entries(expected.totals).flatMap(([name, count]) =>
    differences(count, counts.get(name) ?? 0, `totals.${name}`),
  );
  const listed = Object.keys(expected.outcomes).length;
  if (Object.keys(expected.totals).length > 0) return named;
  return differences(listed, found.length, "number of outcomes");
}

/** What holds for every delivery of every outcome. */
function invariantDifferences({ detail, detailType }: Delivered, last?: Delivered): Difference[] {
  const { data, metadata } = detail;
  const at = `outcomes.${data.action_intent_id}`;
  const same = JSON.stringify(last?.detail) === JSON.stringify(detail);
  const about = { event_id: data.decision_id, schema_version: "1", occurred_at: data.decided_at };
  return [
    ...(same ? [] : [{ at, problem: "differs from one delivery to another" }]),
    ...differences(DETAIL_TYPES[String(data.decision)], detailType, `${at} detail-type`),
    ...differences(decisionIdOf(data), data.decision_id, `${at}.decision_id`),
    ...differences(about, metadata, `${at} metadata`),
    ...differences(data.reason, firstReason(data), `${at}: reason is among reasons`),
  ];
}

function firstReason({ reason, reasons }: Delivered["detail"]["data"]): unknown {
  const listed = Array.isArray(reasons) ? reasons : [];
  return listed.some((finding) => finding.reason === reason) ? reason : undefined;
}

function quarantineDifferences(expected: Expected, { post, values }: Stage): Difference[] {
  const found = post.quarantine(String(values.tenant)).letters;
  const codes = found.map(({ errorCode }) => errorCode).sort();
  const unclean = found.filter(({ errorDetail }) => !/^[\x20-\x7e]{1,512}$/.test(errorDetail));
  return [
    ...differences(expected.quarantine.toSorted(), codes, "quarantine"),
    ...unclean.map(() => ({ at: "quarantine", problem: "error_detail is not printable ASCII" })),
  ];
}

async function budgetDifferences(
  { budget_state, closed_days }: Expected,
  { tables, values }: Stage,
): Promise<Difference[]> {
  const found: Difference[] = [];
  if (budget_state !== undefined) {
    const state = await tables.budgetState("BUDGET_STATE#CURRENT");
    const wanted =
      budget_state === "none" ? { date_key: "<absent>" } : filled(budget_state, values);
    found.push(...differences(wanted, state ?? {}, "budget_state"));
  }
  for (const [day, fields] of Object.entries(filledFields(closed_days, values))) {
    const row = await tables.budgetState(`BUDGET_STATE#${day.replaceAll("-", "")}`);
    found.push(...differences(fields, row, `closed_days.${day}`));
  }
  return found;
}

/** Each outcome is what the ledger holds, and the ledger holds nothing more. */
function ledgerDifferences(
  expected: Expected,
  outcomes: Outcomes,
  decisions: ReadonlyMap<string, Record<string, unknown>>,
): Difference[] {
  const own = [...outcomes.keys()].filter((label) => !label.includes("/")).length;
  const count = differences(expected.ledger ?? own, decisions.size, "ledger");
  return [
    ...count,
    ...[...decisions].flatMap(([intent, item]) => {
      const recorded = Object.entries(item).filter(([name]) => !LEDGER_ONLY.includes(name));
      const data = outcomes.get(intent)?.detail.data;
      return data === undefined
        ? []
        : differences(Object.fromEntries(recorded), data, `ledger against outcome ${intent}`);
    }),
  ];
}

/** By the contract's own formula: base32 of the first 16 bytes of SHA-256 over the three ids. */
function decisionIdOf(data: Delivered["detail"]["data"]): string {
  const text = [data.tenant_id, data.account_id, data.action_intent_id].join("\n");
  const bits = [...createHash("sha256").update(text).digest().subarray(0, 16)]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("")
    .padEnd(130, "0");
  const letters = bits.match(/.{5}/g) ?? [];
  return `dec_${letters.map((five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five, 2)]).join("")}`;
}
