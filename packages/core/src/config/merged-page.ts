import type { ConfigListing, ListedKind, ListedObject, Page } from "../read-ports.ts";
import type { ConfigScope } from "./address.ts";

/** A list of configuration that is shown together with others. */
export interface MergedList {
  readonly scope: ConfigScope;
  readonly kind: ListedKind;
}

/** What the lists hold under one name, in the order of the lists. */
export interface MergedObject {
  readonly name: string;
  readonly found: readonly (ListedObject | undefined)[];
}

/**
 * One page of several lists and of names known beforehand, together in the order of names. Reads one
 * page of each list, of at most `limit` objects, and returns at most `limit` names.
 */
export async function mergedPage(
  listing: ConfigListing,
  lists: readonly MergedList[],
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  knownNames: Iterable<string> = [],
): Promise<Page<MergedObject>> {
  const range = after === undefined ? { limit } : { limit, after };
  const pages = await Promise.all(lists.map(({ scope, kind }) => listing.page(scope, kind, range)));
  const found = pages.map(({ items }) => new Map(items.map((item) => [item.name, item])));
  const known = [...knownNames].filter((name) => after === undefined || name > after);
  // Beyond the end of a page that goes on, its list may hold names that were not read.
  const ends = pages.flatMap(({ items, next }) =>
    next === undefined ? [] : (items.at(-1)?.name ?? []),
  );
  const readTo = ends.sort()[0];
  const names = [...new Set([...known, ...found.flatMap((page) => [...page.keys()])])]
    .sort()
    .filter((name) => readTo === undefined || name <= readTo);
  const items = names
    .slice(0, limit)
    .map((name) => ({ name, found: found.map((page) => page.get(name)) }));
  const isLast = readTo === undefined && names.length <= limit;
  const last = items.at(-1)?.name;
  return isLast || last === undefined ? { items } : { items, next: last };
}
