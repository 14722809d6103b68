import type { Units } from "./units.ts";

/** The shape of a batch of intents of one tenant, all of one action type. */
export interface Batch {
  readonly intents: number;
  /** How many accounts they are spread over, evenly. */
  readonly accounts: number;
  /** Whether they run by themselves; else they are held, or their budget was spent before. */
  readonly automatic: boolean;
  /** Write units of one decision's record: 1 up to 1 KB. */
  readonly recordUnits: number;
  /** Whether the tenant has a ceiling: its accounts take turns, and each writes its state too. */
  readonly ceiling?: boolean;
}

export interface ExpectedCounts extends Units {
  readonly calls: number;
  readonly roundTrips: number;
}

/** Configuration read for the tenant and for everyone: 4 items of everyone's, 10 of the tenant's. */
const SHARED_KEYS = 14;
/** Read for each account: two modes, two kill switches, two budgets and the budget's state. */
const ACCOUNT_KEYS = 7;
const KEYS_PER_READ = 100;
/** A transaction has 100 items: for each budget 2 at most, and one for each decision. */
const ITEMS_PER_TRANSACTION = 100;
const ITEMS_PER_BUDGET = 2;
const EVENTS_PER_REQUEST = 10;
/** A budget's state fits in 1 KB; in a transaction it counts twice. */
const STATE_UNITS = 2;

/**
 * What a batch costs when nothing goes wrong, on a day that is open. The first automatic decision of
 * an account's or a tenant's day closes the day before in the same transaction: 2 write units more.
 */
export function expectedCounts(batch: Batch): ExpectedCounts {
  const { intents, accounts, automatic, recordUnits, ceiling = false } = batch;
  const budgets = ceiling ? 2 : 1;
  const claimsMax = ITEMS_PER_TRANSACTION - ITEMS_PER_BUDGET * budgets;
  const keys = SHARED_KEYS + ACCOUNT_KEYS * accounts;
  const transactionsInTurn = Math.ceil(intents / accounts / claimsMax);
  const transactions = accounts * transactionsInTurn;
  const inTurn = ceiling ? transactions : transactionsInTurn;
  const reads = Math.ceil(keys / KEYS_PER_READ);
  const events = Math.ceil(intents / EVENTS_PER_REQUEST);
  return {
    calls: reads + (automatic ? transactions : intents) + events,
    roundTrips: 1 + (automatic ? inTurn : 1) + 1,
    read: keys,
    write: automatic
      ? 2 * recordUnits * intents + STATE_UNITS * budgets * transactions
      : recordUnits * intents,
    indexWrite: intents,
  };
}
