import type { ConfigListing, ListedKind, ListedObject } from "../read-ports.ts";
import type { Item, Table } from "../table/table.ts";
import { scopePk } from "./config-keys.ts";
import {
  ACTION_TYPE_BUDGET_PREFIX,
  APPROVAL_RULE_PREFIX,
  CATALOGUE_PREFIX,
  MODE_PREFIX,
} from "./keys.ts";

/** What the sort keys of a kind begin with. */
const PREFIX: Readonly<Record<ListedKind, string>> = {
  MODE: MODE_PREFIX,
  APPROVAL_RULE: APPROVAL_RULE_PREFIX,
  ACTION_TYPE: CATALOGUE_PREFIX,
  ACTION_TYPE_BUDGET: ACTION_TYPE_BUDGET_PREFIX,
};

/** Configuration listed from the config table, page by page. */
export function configListing(table: Pick<Table, "query">): ConfigListing {
  return {
    page: async (scope, kind, { limit, after }) => {
      const pk = scopePk(scope);
      const prefix = PREFIX[kind];
      const page = await table.query({
        table: "config",
        partition: pk,
        range: { prefix },
        order: "ascending",
        limit,
        after: after === undefined ? undefined : { pk, sk: `${prefix}${after}` },
      });
      const items = page.items.map((item) => listed(item, prefix));
      const next = page.next === undefined ? undefined : items.at(-1)?.name;
      return { items, ...(next === undefined ? {} : { next }) };
    },
  };
}

function listed({ pk, sk, ...attributes }: Item, prefix: string): ListedObject {
  return { name: String(sk).slice(prefix.length), attributes };
}
