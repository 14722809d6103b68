import { ALL_FAULTS, type FaultId, type FaultRates } from "../faults.ts";
import { createRandom, type Random } from "../random.ts";
import { createChanges, initialItems, pickStyle } from "./configuration.ts";
import { createMessages } from "./intents.ts";
import type { HostSpec, Profile, Scenario } from "./scenario.ts";

/** What the caller fixes; the seed decides the rest. */
export interface ScenarioWishes {
  readonly profile?: Profile;
  /** Only these faults, and each of them. */
  readonly faults?: readonly FaultId[];
}

const RATES = [0.01, 0.03, 0.08, 0.2];
const DAY_MS = 86_400_000;

/** Around these the days of the budgets' zones change, or their clocks do. */
const TURNING_POINTS = [
  "2026-03-29T00:00:00.000Z", // midnight in UTC, an hour before Berlin's clocks go forward
  "2026-03-28T23:00:00.000Z", // midnight in Berlin, the night they do
  "2026-10-24T22:00:00.000Z", // midnight in Berlin, the night they go back
  "2026-10-25T23:00:00.000Z", // the next: that day had 25 hours
  "2026-11-01T04:00:00.000Z", // midnight in New York, the night its clocks go back
  "2026-11-02T05:00:00.000Z",
  "2026-11-22T10:00:00.000Z", // midnight on Kiritimati
].map((text) => Date.parse(text));

/** The scenario of a seed. */
export function createScenario(seed: number, wishes: ScenarioWishes = {}): Scenario {
  const random = createRandom(seed);
  const profile = wishes.profile ?? pickProfile(random);
  const calm = profile === "calm";
  const spanMs = pickSpan(profile, random);
  const turns = profile === "days" || random.chance(0.35);
  const startEpochMs = turns
    ? random.pick(TURNING_POINTS) - Math.floor(random.next() * Math.min(spanMs, DAY_MS))
    : Date.parse("2026-11-18T09:30:00.000Z") + random.int(DAY_MS);
  const accounts = pickAccounts(profile, random);
  const open = profile === "stop-race" || profile === "tenant-stop" || profile === "burst";
  const style = pickStyle(random, open);
  const rates = calm ? {} : pickRates(wishes.faults, random);
  const messages = createMessages(
    {
      accounts,
      spanMs,
      startEpochMs,
      count: pickCount(profile, random),
      burst: profile === "burst",
      poison: has(rates, "F31"),
      oversize: has(rates, "F17"),
    },
    random,
  );
  const stopsOnly = STOPS_ONLY[profile];
  return {
    seed,
    profile,
    startEpochMs,
    hosts: pickHosts(profile, rates, random),
    batchSize: random.pick([1, 2, 5, 10, 10]),
    visibilityMs: random.pick([180_000, 180_000, 31_000]),
    messages,
    initial: initialItems(accounts, style, random),
    changes: createChanges(
      accounts,
      {
        ...style,
        count: calm ? 0 : changeCount(profile, rates, random),
        spanMs,
        startEpochMs,
        corrupt: has(rates, "F30"),
        ...(stopsOnly === undefined ? {} : { stopsOnly }),
      },
      random,
    ),
    rates,
    faultsUntilMs: calm ? 0 : spanMs + random.between(0, 60_000),
  };
}

const STOPS_ONLY: Partial<Record<Profile, "ACCOUNT" | "TENANT">> = {
  "stop-race": "ACCOUNT",
  "tenant-stop": "TENANT",
};

function has(rates: FaultRates, fault: FaultId): boolean {
  return (rates[fault] ?? 0) > 0;
}

function pickProfile(random: Random): Profile {
  const roll = random.next();
  if (roll < 0.1) return "calm";
  if (roll < 0.2) return "stop-race";
  if (roll < 0.25) return "burst";
  if (roll < 0.4) return "days";
  return "mixed";
}

function pickSpan(profile: Profile, random: Random): number {
  if (profile === "days") return random.pick([DAY_MS, 3 * DAY_MS, 30 * DAY_MS]);
  if (profile === "stop-race" || profile === "tenant-stop") return random.between(300, 4_000);
  return random.pick([20, 300, 3_000, 60_000]);
}

function pickCount(profile: Profile, random: Random): number {
  return profile === "burst" ? 15 + random.int(15) : 2 + random.int(10);
}

function pickAccounts(profile: Profile, random: Random) {
  const one = { tenant_id: "acme", account_id: "a1" };
  if (profile === "burst" || random.chance(0.4)) return [one];
  const others = [
    { tenant_id: "acme", account_id: "a2" },
    { tenant_id: "other", account_id: "a1" },
  ];
  return [one, ...random.shuffled(others).slice(0, 1 + random.int(2))];
}

/** A handful of faults a run, each at a rate of its own: runs differ more than one mix would. */
function pickRates(wanted: readonly FaultId[] | undefined, random: Random): FaultRates {
  const chosen = wanted ?? random.shuffled(ALL_FAULTS).slice(0, 3 + random.int(7));
  return Object.fromEntries(chosen.map((fault) => [fault, random.pick(RATES)]));
}

function changeCount(profile: Profile, rates: FaultRates, random: Random): number {
  if (STOPS_ONLY[profile] !== undefined) return 2 + random.int(3);
  return has(rates, "F29") || has(rates, "F30") ? 1 + random.int(4) : random.int(2);
}

const SKEW_MS_MAX = 5_000;

function pickHosts(profile: Profile, rates: FaultRates, random: Random): HostSpec[] {
  if (profile === "calm") return [{ skewMs: 0, slots: 1, nextVersion: false }];
  return Array.from({ length: 1 + random.int(3) }, (_, index) => ({
    skewMs: has(rates, "F27") ? Math.floor(random.between(-SKEW_MS_MAX, SKEW_MS_MAX)) : 0,
    slots: 1 + random.int(2),
    nextVersion: index === 0 && has(rates, "F34"),
  }));
}
