import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";

/** What became of work that must be done once. */
export type OnceResult =
  /** It was done now. */
  | "done"
  /** An earlier delivery did it: this message may go. */
  | "already done"
  /** Somebody is at it: leave the message, it comes again. */
  | "in work";

export interface OnceOptions {
  readonly table: string;
  /** Longer than the work takes. */
  readonly leaseSeconds: number;
  readonly nowSeconds: () => number;
}

/** Longer than a message can live: 14 days in its queue, 14 more in the dead-letter queue. */
const REMEMBERED_SECONDS = 30 * 86_400;

/**
 * Does work once for each event id, whatever is delivered twice or at the same time. A process that
 * dies between the work and the last write leaves work that is done again after its lease: the work
 * gets the event id, to hand on as the idempotency key.
 */
export async function once(
  client: DynamoDBDocumentClient,
  eventId: string,
  work: (idempotencyKey: string) => Promise<void>,
  options: OnceOptions,
): Promise<OnceResult> {
  const claim = await claimed(client, eventId, options);
  if (claim.status !== "mine") return claim.status;
  await work(eventId);
  await client.send(
    new UpdateCommand({
      TableName: options.table,
      Key: { event_id: eventId },
      UpdateExpression: "SET #status = :done",
      ConditionExpression: "lease_until = :mine",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":done": "DONE", ":mine": claim.leaseUntil },
    }),
  );
  return "done";
}

type Claim =
  | { readonly status: "mine"; readonly leaseUntil: number }
  | { readonly status: "already done" | "in work" };

async function claimed(
  client: DynamoDBDocumentClient,
  event_id: string,
  { table, leaseSeconds, nowSeconds }: OnceOptions,
): Promise<Claim> {
  const now = nowSeconds();
  const leaseUntil = now + leaseSeconds;
  const expires_at = Math.ceil(now) + REMEMBERED_SECONDS;
  try {
    await client.send(
      new PutCommand({
        TableName: table,
        Item: { event_id, status: "STARTED", lease_until: leaseUntil, expires_at },
        ConditionExpression:
          "attribute_not_exists(event_id) OR (#status = :started AND lease_until < :now)",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":started": "STARTED", ":now": now },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return { status: "mine", leaseUntil };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { status: error.Item?.status?.S === "DONE" ? "already done" : "in work" };
  }
}
