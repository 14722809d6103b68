import { BUILT_IN_CATALOGUE } from "@autonomy-gate/core/configuration";
import type { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { PolicyFacts } from "./policy.ts";

const Mode = z.object({ mode: z.string() });
const Stop = z.object({ engaged: z.boolean(), effect: z.string() });
const Budget = z.object({ max_autonomous_per_day: z.int() });

export interface Configuration {
  readonly facts: PolicyFacts;
  /** Automatic actions a day; 0 when no budget is configured. */
  readonly dailyLimit: number;
}

/** Reads what is configured for an intent: the same items as the gate, in one request an intent. */
export async function readConfiguration(
  client: DynamoDBDocumentClient,
  table: string,
  intent: ActionIntentV1,
): Promise<Configuration> {
  const tenant = `TENANT#${intent.tenant_id}`;
  const account = `${tenant}#ACCOUNT#${intent.account_id}`;
  const keys = [
    { pk: account, sk: `AUTONOMY#${intent.action_type}` },
    { pk: tenant, sk: `AUTONOMY#${intent.action_type}` },
    { pk: account, sk: "AUTONOMY#DEFAULT" },
    { pk: tenant, sk: "AUTONOMY#DEFAULT" },
    { pk: "GLOBAL", sk: "AUTONOMY#DEFAULT" },
    { pk: "GLOBAL", sk: "KILL_SWITCH" },
    { pk: tenant, sk: "KILL_SWITCH" },
    { pk: account, sk: "KILL_SWITCH" },
    { pk: account, sk: "BUDGET#CONFIG" },
    { pk: tenant, sk: "BUDGET#CONFIG" },
  ];
  const reply = await client.send(
    new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
  );
  const items = new Map(
    (reply.Responses?.[table] ?? []).map((item) => [`${item.pk}|${item.sk}`, item]),
  );
  const found = keys.map(({ pk, sk }) => items.get(`${pk}|${sk}`));
  const modes = found.slice(0, 5).flatMap((item) => Mode.safeParse(item).data ?? []);
  const stops = found.slice(5, 8).flatMap((item) => Stop.safeParse(item).data ?? []);
  const budgets = found.slice(8).flatMap((item) => Budget.safeParse(item).data ?? []);
  return {
    facts: factsOf(intent, modes[0]?.mode ?? "APPROVAL_REQUIRED", stops),
    dailyLimit: budgets[0]?.max_autonomous_per_day ?? 0,
  };
}

function factsOf(
  intent: ActionIntentV1,
  mode: string,
  stops: readonly z.infer<typeof Stop>[],
): PolicyFacts {
  const entry = BUILT_IN_CATALOGUE.get(intent.action_type);
  const effects = stops.filter(({ engaged }) => engaged).map(({ effect }) => effect);
  const confidence = intent.confidence_score;
  return {
    mode,
    stop: effects.includes("BLOCK") ? "BLOCK" : (effects[0] ?? "NONE"),
    expired: intent.expires_at !== undefined && Date.parse(intent.expires_at) <= Date.now(),
    known: entry !== undefined,
    external: entry?.external_contact ?? false,
    risk: entry?.risk_tier ?? "NONE",
    confidence: typeof confidence === "number" ? confidence : -1,
    minConfidence: Math.max(0.7, entry?.min_confidence ?? 0),
  };
}
