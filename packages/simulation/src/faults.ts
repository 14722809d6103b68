import type { Random } from "./random.ts";

/** The catalogue of docs/reliability.md: everything that may go wrong, and does here. */
export const FAULTS = {
  F1: "BatchGet error",
  F2: "BatchGet reply lost",
  F3: "UnprocessedKeys",
  F4: "stale read: items read far apart",
  F5: "write error before commit",
  F6: "write committed, reply lost",
  F7: "TransactionConflict",
  F8: "cancelled for mixed reasons",
  F9: "DynamoDB throttling",
  F10: "TransactionInProgress",
  F11: "budget race",
  F12: "conditional Put refused",
  F13: "PutEvents or SendMessage error",
  F14: "PutEvents or SendMessage reply lost",
  F15: "FailedEntryCount k of n",
  F16: "PutEvents or SendMessage throttling",
  F17: "oversize",
  F18: "process dies",
  F19: "process frozen and resumed",
  F20: "function timeout",
  F21: "same message delivered twice at once",
  F22: "same intent twice in one batch",
  F23: "reordering",
  F24: "visibility expires mid-work",
  F25: "maxReceiveCount reached: dead letter",
  F26: "redrive",
  F27: "clock skew",
  F28: "midnight or DST change",
  F29: "stop on, off",
  F30: "config or limit changed, deleted, corrupted",
  F31: "poison message",
  F32: "burst on one account",
  F33: "request delayed beyond 30 s",
  F34: "two versions of the code",
  F35: "wrong or empty itemIdentifier",
} as const;
export type FaultId = keyof typeof FAULTS;

const FAULT_IDS = new Set<string>(Object.keys(FAULTS));

export function isFaultId(text: string): text is FaultId {
  return FAULT_IDS.has(text);
}

export const ALL_FAULTS: readonly FaultId[] = Object.keys(FAULTS).filter(isFaultId);

/** When a fault strikes, seen from the effect of the request it strikes. */
export const MOMENTS = ["before", "after", "crash-before", "crash-after", "delay"] as const;
export type Moment = (typeof MOMENTS)[number];

/** Requests to the services: the steps at which everything can go wrong. */
export type Operation =
  | "BatchGetItem"
  | "PutItem"
  | "TransactWriteItems"
  | "UpdateItem"
  | "GetItem"
  | "Query"
  | "PutEvents"
  | "SendMessageBatch"
  | "DeleteMessageBatch";

/** What goes wrong with one request. */
export interface Disturbance {
  readonly fault?: FaultId;
  readonly moment?: Moment;
  /** The error the caller sees, when the moment is `before` or `after`. */
  readonly code?: string;
  /** Whether the error takes the place of a reply that never comes. */
  readonly silent?: boolean;
  readonly delayMs?: number;
  /** Which side of the effect a delay is on. */
  readonly delays?: "request" | "reply";
  /** The process stands still for so long once the request is out. */
  readonly freezeMs?: number;
}

interface Site {
  readonly fault: FaultId;
  /** The error code, for faults that are errors; the service itself plays the others. */
  readonly code?: string;
  readonly natural: Moment;
  readonly silent?: true;
}

const THROTTLED = { fault: "F9", code: "ThrottlingException", natural: "before" } as const;
const READ_SITES: readonly Site[] = [
  { fault: "F1", code: "InternalServerError", natural: "before" },
  { fault: "F2", code: "TimeoutError", natural: "after", silent: true },
  THROTTLED,
];
const WRITE_SITES: readonly Site[] = [
  { fault: "F5", code: "InternalServerError", natural: "before" },
  { fault: "F6", code: "TimeoutError", natural: "after", silent: true },
  { fault: "F6", code: "ECONNRESET", natural: "after" },
  THROTTLED,
];
const SEND_SITES: readonly Site[] = [
  { fault: "F13", code: "InternalException", natural: "before" },
  { fault: "F14", code: "TimeoutError", natural: "after", silent: true },
  { fault: "F14", code: "ECONNRESET", natural: "after" },
  { fault: "F15", natural: "before" },
  { fault: "F16", code: "ThrottlingException", natural: "before" },
];
/** These strike any request. */
const ANYWHERE: readonly Site[] = [
  { fault: "F18", natural: "crash-before" },
  { fault: "F18", natural: "crash-after" },
  { fault: "F19", natural: "delay" },
  { fault: "F33", natural: "delay" },
];

const SITES: Readonly<Record<Operation, readonly Site[]>> = {
  BatchGetItem: [
    ...READ_SITES,
    { fault: "F3", natural: "before" },
    { fault: "F4", natural: "delay" },
    ...ANYWHERE,
  ],
  GetItem: [...READ_SITES, ...ANYWHERE],
  Query: [...READ_SITES, ...ANYWHERE],
  PutItem: [
    ...WRITE_SITES,
    { fault: "F7", code: "TransactionConflictException", natural: "before" },
    ...ANYWHERE,
  ],
  UpdateItem: [
    ...WRITE_SITES,
    { fault: "F7", code: "TransactionConflictException", natural: "before" },
    ...ANYWHERE,
  ],
  TransactWriteItems: [
    ...WRITE_SITES,
    { fault: "F7", natural: "before" },
    { fault: "F8", natural: "before" },
    { fault: "F10", code: "TransactionInProgressException", natural: "before" },
    { fault: "F11", natural: "delay" },
    ...ANYWHERE,
  ],
  PutEvents: [...SEND_SITES, ...ANYWHERE],
  SendMessageBatch: [...SEND_SITES, ...ANYWHERE],
  DeleteMessageBatch: [
    { fault: "F24", code: "TimeoutError", natural: "before", silent: true },
    ...ANYWHERE,
  ],
};

/** How likely each fault is to strike where it can, 0 or absent: never. */
export type FaultRates = Readonly<Partial<Record<FaultId, number>>>;

/** Which of a run's strikes are let through, by their order: for shrinking. */
export type StrikeFilter = (index: number) => boolean;

export interface FaultTally {
  readonly byFault: Map<FaultId, number>;
  readonly byMoment: Map<Moment, number>;
}

export interface Faults {
  /** What goes wrong with a request that is about to be sent; nothing, most of the time. */
  disturb(operation: Operation): Disturbance;
  /** Whether a fault strikes at a point that is no request. */
  strikes(fault: FaultId): boolean;
  /** Counts what came about by itself. */
  happened(fault: FaultId): void;
  /** From now on nothing strikes. */
  end(): void;
  hasEnded(): boolean;
  readonly tally: FaultTally;
  /** Strikes so far. */
  strikeCount(): number;
}

const NOTHING: Disturbance = {};

/** How often a fault of the run strikes while a service is out. */
const OUTAGE_RATE = 0.8;

/** These end a process: one that never lives is no test of the others. */
const NOT_IN_OUTAGES = new Set<FaultId>(["F18", "F19", "F33"]);

export interface FaultSettings {
  readonly rates: FaultRates;
  readonly random: Random;
  readonly isLet: StrikeFilter;
  readonly isOutage: () => boolean;
}

export function createFaults({ rates, random, isLet, isOutage }: FaultSettings): Faults {
  const tally: FaultTally = { byFault: new Map(), byMoment: new Map() };
  let struck = 0;
  let ended = false;

  function strike(fault: FaultId, moment?: Moment): boolean {
    const index = struck++;
    if (!isLet(index)) return false;
    happened(fault);
    if (moment !== undefined) tally.byMoment.set(moment, (tally.byMoment.get(moment) ?? 0) + 1);
    return true;
  }

  function rateOf(fault: FaultId): number {
    const rate = rates[fault] ?? 0;
    return rate > 0 && isOutage() && !NOT_IN_OUTAGES.has(fault) ? OUTAGE_RATE : rate;
  }

  function happened(fault: FaultId): void {
    tally.byFault.set(fault, (tally.byFault.get(fault) ?? 0) + 1);
  }

  return {
    disturb: (operation) => {
      if (ended) return NOTHING;
      for (const site of SITES[operation]) {
        if (!random.chance(rateOf(site.fault))) continue;
        const disturbance = disturbanceOf(site, random);
        if (strike(site.fault, disturbance.moment)) return disturbance;
      }
      return NOTHING;
    },
    strikes: (fault) => !ended && random.chance(rates[fault] ?? 0) && strike(fault),
    happened,
    end: () => {
      ended = true;
    },
    hasEnded: () => ended,
    tally,
    strikeCount: () => struck,
  };
}

/** Mostly at its natural moment; sometimes with a death before or after, or only slow. */
function disturbanceOf(site: Site, random: Random): Disturbance {
  const { fault, code, silent = false, natural } = site;
  if (fault === "F19") return { fault, moment: "delay", freezeMs: freezeMs(random) };
  const moment = random.chance(0.75) ? natural : random.pick(MOMENTS);
  const played = code === undefined && moment === natural && moment !== "delay";
  return {
    fault,
    moment,
    silent,
    ...(played ? {} : { code: code ?? "InternalServerError" }),
    ...(moment === "delay"
      ? { delayMs: delayMs(fault, random), delays: random.pick(["request", "reply"] as const) }
      : {}),
  };
}

function delayMs(fault: FaultId, random: Random): number {
  if (fault === "F33") return random.between(30_000, 90_000);
  if (fault === "F11") return random.between(5, 40);
  return random.chance(0.5) ? random.between(50, 400) : random.between(400, 3_000);
}

function freezeMs(random: Random): number {
  return random.chance(0.6) ? random.between(100, 3_000) : random.between(3_000, 60_000);
}
