import { ALL_FAULTS, type FaultId, type FaultRates } from "../faults.ts";
import { createRandom, type Random } from "../random.ts";
import { type CeilingParts, createCeilings } from "./ceilings.ts";
import { createChanges, initialItems, pickStyle } from "./configuration.ts";
import { createMessages } from "./intents.ts";
import type { HostSpec, Outage, Profile, Scenario, ThrottledTenant } from "./scenario.ts";

/** What the caller fixes; the seed decides the rest. */
export interface ScenarioWishes {
  readonly profile?: Profile;
  /** Only these faults, and each of them. */
  readonly faults?: readonly FaultId[];
}

/** A calm run costs what the formula says, in which no account waits for another's write. */
const NO_PARTS: CeilingParts = { initial: [], changes: [], invented: [] };

const RATES = [0.01, 0.03, 0.08, 0.2];
const DAY_MS = 86_400_000;

/** Midnights in the budgets' zones, some of them in nights when the clocks change. */
const MIDNIGHTS = [
  ["UTC", "2026-03-29T00:00:00.000Z"],
  ["UTC", "2026-11-19T00:00:00.000Z"],
  ["Europe/Berlin", "2026-03-28T23:00:00.000Z"],
  ["Europe/Berlin", "2026-03-29T22:00:00.000Z"],
  ["Europe/Berlin", "2026-10-24T22:00:00.000Z"],
  ["Europe/Berlin", "2026-10-25T23:00:00.000Z"],
  ["America/New_York", "2026-11-01T04:00:00.000Z"],
  ["America/New_York", "2026-11-02T05:00:00.000Z"],
  ["Pacific/Kiritimati", "2026-11-22T10:00:00.000Z"],
] as const;

interface Start {
  readonly startEpochMs: number;
  /** The zone whose midnight is near. */
  readonly zone?: string;
}

function pickStart(profile: Profile, spanMs: number, random: Random): Start {
  const nearMidnight = profile === "days" || profile === "midnight" || random.chance(0.25);
  if (!nearMidnight) {
    return { startEpochMs: Date.parse("2026-11-18T09:30:00.000Z") + random.int(DAY_MS) };
  }
  const [zone, midnight] = random.pick(MIDNIGHTS);
  const before = Math.floor(random.next() * Math.min(spanMs, DAY_MS));
  return { startEpochMs: Date.parse(midnight) - before, zone };
}

/** The scenario of a seed. */
export function createScenario(seed: number, wishes: ScenarioWishes = {}): Scenario {
  const random = createRandom(seed);
  const profile = wishes.profile ?? pickProfile(random);
  const calm = profile === "calm";
  const spanMs = pickSpan(profile, random);
  const { startEpochMs, zone } = pickStart(profile, spanMs, random);
  const accounts = pickAccounts(profile, random);
  const style = pickStyle(random, OPEN.has(profile), zone);
  const faultless = calm || profile === "throttled-tenant";
  const rates = faultless ? {} : pickRates(profile, wishes.faults, random);
  const shared = calm ? NO_PARTS : createCeilings(seed, spanMs, style.zone);
  const messages = createMessages(
    {
      accounts: [...accounts, ...shared.invented],
      spanMs,
      startEpochMs,
      count: pickCount(profile, random),
      burst: profile === "burst",
      once: calm,
      poison: has(rates, "F31"),
      oversize: has(rates, "F17") && random.chance(0.25),
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
    maxReceiveCount: has(rates, "F25") || random.chance(0.1) ? 2 : 5,
    timeoutMs: TIMEOUT_MS[profile] ?? random.pick([30_000, 30_000, 8_000]),
    messages,
    initial: [...initialItems(accounts, style, random), ...shared.initial],
    changes: [
      ...createChanges(
        accounts,
        {
          ...style,
          count: faultless ? 0 : changeCount(profile, rates, random),
          spanMs,
          startEpochMs,
          corrupt: has(rates, "F30"),
          ...(stopsOnly === undefined ? {} : { stopsOnly }),
        },
        random,
      ),
      ...shared.changes,
    ],
    rates,
    throttled: throttledIn(profile, random),
    outages: faultless ? [] : pickOutages(profile, spanMs, random),
    faultsUntilMs: calm ? 0 : spanMs + random.between(0, 60_000),
  };
}

function throttledIn(profile: Profile, random: Random): Scenario["throttled"] {
  return profile === "throttled-tenant" ? pickThrottled(random) : [];
}

/** Profiles in which most intents may run by themselves: the race is what they are about. */
const OPEN = new Set<Profile>(["stop-race", "tenant-stop", "burst", "midnight"]);

const TIMEOUT_MS: Partial<Record<Profile, number>> = {
  "sink-outage": 8_000,
  "throttled-tenant": 30_000,
};

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
  if (roll < 0.35) return "days";
  if (roll < 0.42) return "midnight";
  if (roll >= 0.97) return "throttled-tenant";
  if (roll >= 0.94) return "wrong-clock";
  return "mixed";
}

function pickSpan(profile: Profile, random: Random): number {
  if (profile === "days") return random.pick([DAY_MS, 3 * DAY_MS, 30 * DAY_MS]);
  if (profile === "stop-race") return random.between(200, 1_500);
  if (OPEN.has(profile) && profile !== "burst") return random.between(300, 4_000);
  return random.pick([20, 300, 3_000, 60_000]);
}

function pickCount(profile: Profile, random: Random): number {
  if (profile === "burst") return 15 + random.int(15);
  return profile === "stop-race" ? 8 + random.int(8) : 2 + random.int(10);
}

function pickAccounts(profile: Profile, random: Random) {
  const one = { tenant_id: "acme", account_id: "a1" };
  const other = { tenant_id: "other", account_id: "a1" };
  if (profile === "throttled-tenant") return [one, other];
  if (profile === "burst" || profile === "stop-race" || random.chance(0.4)) return [one];
  const others = [{ tenant_id: "acme", account_id: "a2" }, other];
  return [one, ...random.shuffled(others).slice(0, 1 + random.int(2))];
}

/** These widen the gap between a read and the commit that relies on it. */
const GAP_FAULTS: readonly FaultId[] = ["F4", "F5", "F6", "F9", "F11"];

/** Nothing can be published or put aside for as long as a function may take. */
const SINK_FAULTS: readonly FaultId[] = ["F13", "F15", "F16", "F31"];

/** A handful of faults a run, each at a rate of its own: runs differ more than one mix would. */
function pickRates(
  profile: Profile,
  wanted: readonly FaultId[] | undefined,
  random: Random,
): FaultRates {
  const some = random.shuffled(ALL_FAULTS).slice(0, 3 + random.int(7));
  const usual = profile === "sink-outage" ? SINK_FAULTS : some;
  const chosen = wanted ?? [...usual, ...(OPEN.has(profile) ? GAP_FAULTS : [])];
  return Object.fromEntries(chosen.map((fault) => [fault, random.pick(RATES)]));
}

function pickOutages(profile: Profile, spanMs: number, random: Random): Outage[] {
  if (profile === "sink-outage") return [{ fromMs: 0, toMs: spanMs + 20_000 }];
  if (random.chance(0.6)) return [];
  return Array.from({ length: 1 + random.int(2) }, () => {
    const fromMs = random.between(0, spanMs);
    const lengthMs = random.chance(0.8) ? random.between(200, 4_000) : random.between(4e3, 60e3);
    return { fromMs, toMs: fromMs + lengthMs };
  });
}

function changeCount(profile: Profile, rates: FaultRates, random: Random): number {
  if (STOPS_ONLY[profile] !== undefined) return 2 + random.int(3);
  return has(rates, "F29") || has(rates, "F30") ? 1 + random.int(4) : random.int(2);
}

const SKEW_MS_MAX = 5_000;

/** By the hour, the day and the years; a clock that was never set is decades behind. */
const WRONG_CLOCKS_MS = [
  3_600_000,
  DAY_MS,
  4_000 * DAY_MS,
  -DAY_MS,
  -20_000 * DAY_MS,
  60_000,
] as const;

/** Long enough for a batch to fail that waits for it. */
function pickThrottled(random: Random): ThrottledTenant[] {
  return [{ tenant_id: "other", fromMs: 0, toMs: random.between(1_000, 120_000) }];
}

function pickHosts(profile: Profile, rates: FaultRates, random: Random): HostSpec[] {
  if (profile === "calm") return [{ skewMs: 0, slots: 1, nextVersion: false }];
  const wrongClock =
    profile === "wrong-clock" ? { wrongClockMs: random.pick(WRONG_CLOCKS_MS) } : undefined;
  return Array.from({ length: 1 + random.int(3) }, (_, index) => ({
    ...(index === 0 ? wrongClock : undefined),
    skewMs: has(rates, "F27") ? Math.floor(random.between(-SKEW_MS_MAX, SKEW_MS_MAX)) : 0,
    slots: 1 + random.int(2),
    nextVersion: index === 0 && has(rates, "F34"),
  }));
}
