import type { StackClients } from "@autonomy-gate/local/clients";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { filledFields, type Values } from "./placeholders.ts";
import type { Configuration } from "./scenario.ts";

type Item = Record<string, unknown>;

/** The tables as one scenario sees them: its own tenant and account, and what is global. */
export interface Tables {
  /** Stores configuration items as they are named; `null` removes one. */
  configure(configuration: Configuration): Promise<void>;
  putBudgetState(state: Item): Promise<void>;
  budgetState(sortKey: string): Promise<Item | undefined>;
  /** The ledger's decisions on the scenario's account, by intent. */
  decisions(): Promise<ReadonlyMap<string, Item>>;
  /** Puts back what was there before in the place of everything configured. */
  restore(): Promise<void>;
}

const PUT_BY = { updated_at: "2026-01-01T00:00:00.000Z", updated_by: "conformance" };

export function tablesFor(
  { documents }: StackClients,
  { dynamodb }: StackFile,
  values: Values,
): Tables {
  const { tables } = dynamodb;
  const tenant = `TENANT#${values.tenant}`;
  const account = `${tenant}#ACCOUNT#${values.account}`;
  const before = new Map<string, { readonly key: Item; readonly item: Item | undefined }>();
  const read = async (table: string, key: Item) => {
    const get = new GetCommand({ TableName: table, Key: key, ConsistentRead: true });
    return (await documents.send(get)).Item;
  };
  const put = (table: string, Item: Item) =>
    documents.send(new PutCommand({ TableName: table, Item }));

  async function write(pk: string, sk: string, attributes: Item | null): Promise<void> {
    const key = { pk, sk };
    const name = `${pk} ${sk}`;
    if (!before.has(name)) before.set(name, { key, item: await read(tables.config, key) });
    if (attributes === null) {
      await documents.send(new DeleteCommand({ TableName: tables.config, Key: key }));
    } else await put(tables.config, { ...key, ...PUT_BY, ...attributes });
  }

  return {
    configure: async (configuration) => {
      const { global, tenant: ofTenant, account: ofAccount } = configuration;
      const parts = [
        ...itemsOf("GLOBAL", global, values),
        ...itemsOf(tenant, ofTenant, values),
        ...itemsOf(account, ofAccount, values),
      ];
      await Promise.all(parts.map(([pk, sk, attributes]) => write(pk, sk, attributes)));
    },
    putBudgetState: async (state) => {
      const owner = { tenant_id: values.tenant, account_id: values.account };
      const key = { pk: account, sk: "BUDGET_STATE#CURRENT" };
      const more = filledFields(state, values);
      await put(tables.budget_state, { ...key, ...owner, updated_at: PUT_BY.updated_at, ...more });
    },
    budgetState: (sk) => read(tables.budget_state, { pk: account, sk }),
    decisions: async () => {
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: tables.ledger,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :decision)",
          ExpressionAttributeValues: { ":pk": account, ":decision": "DECISION#" },
        }),
      );
      return new Map(Items.map((item) => [String(item.sk).slice("DECISION#".length), item]));
    },
    restore: async () => {
      await Promise.all(
        [...before.values()].map(({ key, item }) =>
          item === undefined
            ? documents.send(new DeleteCommand({ TableName: tables.config, Key: key }))
            : put(tables.config, item),
        ),
      );
    },
  };
}

function itemsOf(
  pk: string,
  items: Configuration["tenant"],
  values: Values,
): (readonly [string, string, Item | null])[] {
  const entries = Object.entries(filledFields(items, values));
  return entries.map(([sk, attributes]) => [pk, sk, isItem(attributes) ? attributes : null]);
}

function isItem(value: unknown): value is Item {
  return typeof value === "object" && value !== null;
}
