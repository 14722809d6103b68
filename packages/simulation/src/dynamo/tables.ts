import { type Attributes, addressText } from "@autonomy-gate/core/memory";
import type { Address, TableName } from "@autonomy-gate/core/store";

/** What stood at a key from a moment on; `undefined`: nothing. */
interface Version {
  readonly fromMs: number;
  readonly item: Attributes | undefined;
}

/** One item as a commit changed it. */
export interface AppliedWrite extends Address {
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
}

/** All items with all they ever were, so that any moment can be looked at. */
export interface Tables {
  get(address: Address): Attributes | undefined;
  /** What a read at that moment found. */
  getAt(address: Address, timeMs: number): Attributes | undefined;
  /** Oldest first; never empty for an item that was ever written. */
  history(address: Address): readonly Version[];
  put(address: Address, item: Attributes | undefined, timeMs: number): AppliedWrite;
  /** The items there are, in the order of their first write. */
  all(table: TableName): Attributes[];
}

const NO_HISTORY: readonly Version[] = [];

export function createTables(): Tables {
  const histories = new Map<string, Version[]>();

  function historyOf(address: Address): readonly Version[] {
    return histories.get(addressText(address)) ?? NO_HISTORY;
  }

  return {
    get: (address) => historyOf(address).at(-1)?.item,
    getAt: (address, timeMs) => historyOf(address).findLast(({ fromMs }) => fromMs <= timeMs)?.item,
    history: historyOf,
    put: (address, item, timeMs) => {
      const key = addressText(address);
      const history = histories.get(key);
      const before = history?.at(-1)?.item;
      if (history === undefined) histories.set(key, [{ fromMs: timeMs, item }]);
      else history.push({ fromMs: timeMs, item });
      return { ...address, before, after: item };
    },
    all: (table) =>
      [...histories].flatMap(([key, history]) => {
        const item = key.startsWith(`${table}|`) ? history.at(-1)?.item : undefined;
        return item === undefined ? [] : [item];
      }),
  };
}
