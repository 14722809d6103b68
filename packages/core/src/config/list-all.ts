import type { ConfigListing, ListedKind, ListedObject } from "../read-ports.ts";
import type { ConfigScope } from "./address.ts";

const PAGE_LIMIT = 100;

/** A list to its last page. */
export async function listAll(
  listing: ConfigListing,
  scope: ConfigScope,
  kind: ListedKind,
): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  let after: string | undefined;
  do {
    const page = await listing.page(scope, kind, {
      limit: PAGE_LIMIT,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}
