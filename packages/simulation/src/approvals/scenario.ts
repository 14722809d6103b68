import type { Verdict } from "@autonomy-gate/core/approval";
import { ALL_FAULTS, type FaultRates } from "../faults.ts";
import { createRandom, type Random } from "../random.ts";
import { type HeldIntent, heldIntent } from "./intents.ts";

/** One principal says something of an intent at a moment. */
export interface VoteSpec {
  readonly atMs: number;
  readonly intent: number;
  readonly actor: string;
  readonly verdict: Verdict;
  readonly fingerprint: string;
}

/** An administrator sets or lifts what blocks everything of the account. */
export interface StopSpec {
  readonly atMs: number;
  readonly object: "KILL_SWITCH" | "MODE";
  readonly blocks: boolean;
}

/** Everything a run of approvals starts from. */
export interface ApprovalScenario {
  readonly seed: number;
  readonly startEpochMs: number;
  readonly intents: readonly HeldIntent[];
  readonly votesNeeded: number;
  /** Messages of the approvals queue: openings, forged ones among them, and withdrawals. */
  readonly messages: readonly { readonly atMs: number; readonly body: string }[];
  readonly votes: readonly VoteSpec[];
  readonly withdrawals: readonly { readonly atMs: number; readonly intent: number }[];
  readonly stops: readonly StopSpec[];
  readonly sweeps: readonly number[];
  readonly skewsMs: readonly number[];
  readonly rates: FaultRates;
  readonly faultsUntilMs: number;
}

/** An approval's shortest time, which all have here. */
export const EXPIRES_AFTER_SECONDS = 300;

const RATES = [0.01, 0.03, 0.08, 0.2];
const RACE_RATES: FaultRates = { F5: 0.2, F6: 0.2, F7: 0.1, F9: 0.1, F11: 0.2, F33: 0.05 };
const ACTORS = ["alice", "bob", "carol", "dave"];

/** The scenario of a seed. */
export function createApprovalScenario(seed: number): ApprovalScenario {
  const random = createRandom(seed);
  const startEpochMs = Date.parse("2026-11-18T09:30:00.000Z") + random.int(86_400_000);
  // A vote under way while a stop is acknowledged: what the account's fence is for.
  const isRace = random.chance(0.25);
  const spanMs = isRace ? 700 : random.pick([50, 400, 3_000, 20_000]);
  const intents = Array.from({ length: 1 + random.int(3) }, (_, index) =>
    heldIntent(index, startEpochMs, random),
  );
  const rates = isRace ? RACE_RATES : ratesOf(random);
  // Some come when the time is nearly over.
  const endMs = EXPIRES_AFTER_SECONDS * 1_000;
  const isLate = !isRace && random.chance(0.3);
  const moment = () =>
    isLate && random.chance(0.5)
      ? random.between(endMs, endMs + spanMs)
      : random.between(0.3, 1.2) * (spanMs + 60);
  return {
    seed,
    startEpochMs,
    intents,
    votesNeeded: isRace ? 1 : random.pick([1, 1, 2, 2, 3]),
    messages: intents.flatMap((intent) => messagesOf(intent, spanMs, random)),
    votes: intents.flatMap((_, index) => votesOn(index, intents, moment, random)),
    withdrawals: random.chance(0.25)
      ? [{ atMs: moment(), intent: random.int(intents.length) }]
      : [],
    stops: isRace
      ? [{ atMs: random.between(0, spanMs), object: "KILL_SWITCH", blocks: true }]
      : stopsOf(moment, random),
    sweeps: Array.from({ length: random.int(4) }, moment).flatMap((atMs) =>
      random.chance(0.5) ? [atMs, atMs + random.int(20)] : [atMs],
    ),
    skewsMs: [0, 1, 2].map(() => (rates.F27 === undefined ? 0 : random.int(10_000) - 5_000)),
    rates,
    faultsUntilMs: spanMs + random.between(0, 30_000),
  };
}

function ratesOf(random: Random): FaultRates {
  if (random.chance(0.15)) return {};
  const chosen = random.shuffled(ALL_FAULTS).slice(0, 3 + random.int(7));
  return Object.fromEntries(chosen.map((fault) => [fault, random.pick(RATES)]));
}

function messagesOf(intent: HeldIntent, spanMs: number, random: Random) {
  const times = random.pick([1, 1, 2]);
  const bodies = Array.from({ length: times }, () => intent.opening);
  if (random.chance(0.3)) bodies.push(random.pick(intent.forged));
  if (random.chance(0.15)) bodies.push(intent.withdrawal);
  // The first opening comes before most votes.
  return bodies.map((body, index) => ({ atMs: index === 0 ? 0 : random.between(0, spanMs), body }));
}

function votesOn(
  index: number,
  intents: readonly HeldIntent[],
  moment: () => number,
  random: Random,
): VoteSpec[] {
  return Array.from({ length: 2 + random.int(5) }, () => {
    const other = random.pick(intents);
    const isWrong = random.chance(0.08);
    const vote = {
      atMs: moment(),
      intent: index,
      actor: random.pick(ACTORS),
      verdict: random.pick([
        "APPROVE",
        "APPROVE",
        "APPROVE",
        "APPROVE",
        "APPROVE",
        "REJECT",
        "HANDLED",
      ] as const),
      fingerprint: isWrong ? other.record.fingerprint : (intents[index]?.record.fingerprint ?? ""),
    };
    // The same again, at once or a little later.
    return random.chance(0.3) ? [vote, { ...vote, atMs: vote.atMs + random.int(30) }] : [vote];
  }).flat();
}

function stopsOf(moment: () => number, random: Random): StopSpec[] {
  if (random.chance(0.5)) return [];
  return Array.from({ length: 1 + random.int(3) }, () => ({
    atMs: moment(),
    object: random.pick(["KILL_SWITCH", "MODE"] as const),
    blocks: random.chance(0.7),
  }));
}
