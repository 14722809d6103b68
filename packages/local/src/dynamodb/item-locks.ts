/** Ends what a `begin` started. Calling it again does nothing. */
export type Release = () => void;

/**
 * Who is writing which item at this moment. Nobody waits here: as on AWS, a transaction that meets
 * any other write is cancelled, and a write that meets a transaction is refused. Plain writes do
 * not exclude each other; they take turns on dynalite's own key lock.
 */
export interface ItemLocks {
  /** Undefined when a transaction holds the item. */
  beginWrite(storageKey: string): Release | undefined;
  /** Undefined when anything else is writing the item. */
  beginTransaction(storageKey: string): Release | undefined;
  isBusy(storageKey: string): boolean;
}

export function createItemLocks(): ItemLocks {
  const inTransaction = new Set<string>();
  const writes = new Map<string, number>();
  const isBusy = (key: string) => inTransaction.has(key) || writes.has(key);
  return {
    isBusy,
    beginWrite(key) {
      if (inTransaction.has(key)) return undefined;
      writes.set(key, (writes.get(key) ?? 0) + 1);
      return once(() => {
        const others = (writes.get(key) ?? 0) - 1;
        if (others > 0) writes.set(key, others);
        else writes.delete(key);
      });
    },
    beginTransaction(key) {
      if (isBusy(key)) return undefined;
      inTransaction.add(key);
      return once(() => inTransaction.delete(key));
    },
  };
}

function once(release: () => void): Release {
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    release();
  };
}
