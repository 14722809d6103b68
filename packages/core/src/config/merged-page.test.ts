import fc from "fast-check";
import { expect, it } from "vitest";
import type { ConfigListing } from "../read-ports.ts";
import { scopeOf } from "./address.ts";
import { type MergedObject, mergedPage } from "./merged-page.ts";

const LISTS = [
  { scope: scopeOf(), kind: "ACTION_TYPE" },
  { scope: scopeOf(), kind: "MODE" },
] as const;

function listingOf(names: Readonly<Record<string, readonly string[]>>): ConfigListing {
  return {
    page: async (_, kind, { limit, after = "" }) => {
      const rest = (names[kind] ?? []).filter((name) => name > after);
      const items = rest.slice(0, limit).map((name) => ({ name, attributes: { kind } }));
      const next = items.at(-1)?.name;
      return rest.length > limit && next !== undefined ? { items, next } : { items };
    },
  };
}

const sortedNames = fc
  .uniqueArray(fc.string({ minLength: 1, maxLength: 2, unit: fc.constantFrom("A", "B", "C", "D") }))
  .map((names) => names.sort());

/** Every page to the last, each no longer than asked. */
async function met(listing: ConfigListing, limit: number, known: readonly string[]) {
  const all: MergedObject[] = [];
  let after: string | undefined;
  do {
    const page = await mergedPage(listing, LISTS, { limit, after }, known);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    all.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return all;
}

it("OUT-2: meets every name of every list once, in order, whatever the size of its pages", async () => {
  const lists = fc.tuple(sortedNames, sortedNames, sortedNames);
  await fc.assert(
    fc.asyncProperty(
      lists,
      fc.integer({ min: 1, max: 5 }),
      async ([types, modes, known], limit) => {
        const all = await met(listingOf({ ACTION_TYPE: types, MODE: modes }), limit, known);
        expect(all.map(({ name }) => name)).toEqual(
          [...new Set([...types, ...modes, ...known])].sort(),
        );
        for (const { name, found } of all) {
          const kinds = found.map((object) => object?.attributes.kind);
          expect(kinds).toEqual([
            types.includes(name) ? "ACTION_TYPE" : undefined,
            modes.includes(name) ? "MODE" : undefined,
          ]);
        }
      },
    ),
  );
});
