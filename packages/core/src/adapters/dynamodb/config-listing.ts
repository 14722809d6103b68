import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { ConfigListing, ListedKind, ListedObject } from "../../read-ports.ts";
import { scopePk } from "./config-keys.ts";
import type { Item } from "./items.ts";
import { ACTION_TYPE_BUDGET_PREFIX, CATALOGUE_PREFIX, MODE_PREFIX } from "./keys.ts";
import { read } from "./read.ts";

/** What the sort keys of a kind begin with. */
const PREFIX: Readonly<Record<ListedKind, string>> = {
  MODE: MODE_PREFIX,
  ACTION_TYPE: CATALOGUE_PREFIX,
  ACTION_TYPE_BUDGET: ACTION_TYPE_BUDGET_PREFIX,
};

/** Configuration listed from the config table, page by page. */
export function dynamoConfigListing(client: DynamoDBDocumentClient, table: string): ConfigListing {
  return {
    page: async (scope, kind, { limit, after }) => {
      const pk = scopePk(scope);
      const prefix = PREFIX[kind];
      const page = await read("Query", () =>
        client.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
            Limit: limit,
            ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: `${prefix}${after}` } }),
          }),
        ),
      );
      const items = (page.Items ?? []).map((item) => listed(item, prefix));
      const next = page.LastEvaluatedKey === undefined ? undefined : items.at(-1)?.name;
      return { items, ...(next === undefined ? {} : { next }) };
    },
  };
}

function listed({ pk, sk, ...attributes }: Item, prefix: string): ListedObject {
  return { name: String(sk).slice(prefix.length), attributes };
}
