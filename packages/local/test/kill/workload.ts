import { AccountId, ActionType, TenantId } from "@autonomy-gate/core/ids";
import type { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { below, oneOf, type Random } from "./random.ts";

/** An intent's data as it is published, with its ids at hand. */
export type PublishedIntent = Pick<ActionIntentV1, "tenant_id" | "account_id" | "action_type"> & {
  readonly action_intent_id: string;
  readonly [field: string]: unknown;
};

export const TENANT = TenantId.parse("acme");

/** Most intents go to one account: that is where transactions meet. */
export const HOT = AccountId.parse("hot");
const HOT_SHARE = 0.5;

/** Spent by a stop and released in the middle of the run. */
export const STOPPED = AccountId.parse("stopped");

const COLD = Array.from({ length: 12 }, (_, index) => AccountId.parse(`cold_${index}`));

const NOTE = ActionType.parse("CREATE_INTERNAL_NOTE");
const TASK = ActionType.parse("CREATE_INTERNAL_TASK");
const NEWS = ActionType.parse("FETCH_ACCOUNT_NEWS");

/** The highest limits that are ever in force in a run. */
export const LIMITS = { hot: 60, cold: 4, hotTasks: 7 } as const;

/** Stores the configuration a run starts from. */
export async function configure(client: DynamoDBDocumentClient, table: string): Promise<void> {
  const updated_at = "2026-01-01T00:00:00.000Z";
  const hot = `TENANT#${TENANT}#ACCOUNT#${HOT}`;
  const items = [
    { pk: `TENANT#${TENANT}`, sk: "AUTONOMY#DEFAULT", tenant_id: TENANT, mode: "AUTO_EXECUTE" },
    { pk: `TENANT#${TENANT}`, sk: "BUDGET#CONFIG", max_autonomous_per_day: LIMITS.cold },
    { pk: hot, sk: "BUDGET#CONFIG", max_autonomous_per_day: LIMITS.hot },
    { pk: hot, sk: `BUDGET#ACTION_TYPE#${TASK}`, max_autonomous_per_day: LIMITS.hotTasks },
  ];
  await Promise.all(
    items.map((item) =>
      client.send(new PutCommand({ TableName: table, Item: { ...item, updated_at } })),
    ),
  );
}

/** One intent; about one in eight is for a person. */
export function anyIntent(random: Random, number: number): PublishedIntent {
  return {
    action_intent_id: `ai_${number}`,
    tenant_id: TENANT,
    account_id: anyAccount(random),
    action_type: oneOf(random, [NOTE, NOTE, TASK, NEWS]),
    confidence_score: random() < 0.125 ? 0.5 : 0.9,
    risk_level: "LOW",
    parameters: { text: `note ${below(random, 1_000)}` },
  };
}

function anyAccount(random: Random): AccountId {
  const share = random();
  if (share < HOT_SHARE) return HOT;
  return share < HOT_SHARE + 0.15 ? STOPPED : oneOf(random, COLD);
}
