/** A counter of a budget's day: the name of its attribute in the stored item. */
export type Counter = `count${string}`;

/** Counts every claim of a day. While it is unchanged, so are the day's other counters. */
export const EVERY_CLAIM: Counter = "count";

/** The counters that one limit draws from, one for each key. */
export interface CounterFamily<Key extends string> {
  named(key: Key): Counter;
  /** The key of one of these counters; `undefined` for any other attribute. */
  keyOf(attribute: string): Key | undefined;
}

/** A family of one counter, whose key is empty. */
export function oneCounter(counter: Counter): CounterFamily<""> {
  return {
    named: () => counter,
    keyOf: (attribute) => (attribute === counter ? "" : undefined),
  };
}

/** A counter for each key: the prefix, then the key. */
export function counterPerKey<Key extends string>(
  prefix: Counter,
  isKey: (text: string) => text is Key,
): CounterFamily<Key> {
  return {
    named: (key) => `${prefix}${key}`,
    keyOf: (attribute) => {
      if (!attribute.startsWith(prefix)) return undefined;
      const key = attribute.slice(prefix.length);
      return isKey(key) ? key : undefined;
    },
  };
}

/** The counts of one family by key. */
export function countsByKey<Key extends string>(
  family: CounterFamily<Key>,
  counts: ReadonlyMap<Counter, number>,
): Map<Key, number> {
  const byKey = new Map<Key, number>();
  for (const [counter, count] of counts) {
    const key = family.keyOf(counter);
    if (key !== undefined) byKey.set(key, count);
  }
  return byKey;
}
