/** `T` without undefined values: a property that may be undefined is optional. */
type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * A copy of an object literal without the properties whose value is undefined. It takes half a
 * microsecond: what runs for every intent spreads conditionally instead.
 */
export function defined<const T extends object>(values: T): Defined<T>;
export function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
