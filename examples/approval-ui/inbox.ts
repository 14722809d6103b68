import type { ApprovalRequiredEvent } from "@autonomy-gate/core/sdk";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";

/** Something that waits for a person, or did. */
export const Entry = z.object({
  tenant_id: z.string(),
  decision_id: z.string(),
  account_id: z.string(),
  action_type: z.string(),
  explanation: z.string(),
  /** False: approving lets nothing run; a person carries it out. */
  executable_after_approval: z.boolean(),
  intent: z.looseObject({ expires_at: z.string().optional() }),
  status: z.enum(["PENDING", "APPROVED", "REJECTED"]),
  decided_by: z.string().optional(),
});
export type Entry = z.infer<typeof Entry>;

/** Why a click changed nothing. */
type Refusal = "not pending" | "expired";

export interface Inbox {
  /** Keeps an outcome; one that is there already, decided or not, stays as it is. */
  receive(outcome: ApprovalRequiredEvent): Promise<void>;
  pending(tenantId: string): Promise<readonly Entry[]>;
  /** Decides an entry once: of two people who click at the same time one is refused. */
  decide(entry: Entry, status: "APPROVED" | "REJECTED", by: string): Promise<Refusal | "decided">;
}

export function createInbox(
  client: DynamoDBDocumentClient,
  table: string,
  nowMs: () => number,
): Inbox {
  return {
    receive: async ({ detail: { data } }) => {
      const Item = Entry.parse({ ...data, status: "PENDING" });
      const ConditionExpression = "attribute_not_exists(decision_id)";
      await unlessRefused(
        client.send(new PutCommand({ TableName: table, Item, ConditionExpression })),
      );
    },
    pending: async (tenantId) => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: "tenant_id = :tenant",
          FilterExpression: "#status = :pending",
          ExpressionAttributeNames: { "#status": "status" },
          ExpressionAttributeValues: { ":tenant": tenantId, ":pending": "PENDING" },
        }),
      );
      return Items.map((item) => Entry.parse(item));
    },
    decide: async ({ tenant_id, decision_id, intent }, status, by) => {
      const expired = intent.expires_at !== undefined && Date.parse(intent.expires_at) <= nowMs();
      if (expired && status === "APPROVED") return "expired";
      const update = new UpdateCommand({
        TableName: table,
        Key: { tenant_id, decision_id },
        UpdateExpression: "SET #status = :status, decided_by = :by",
        ConditionExpression: "#status = :pending",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":status": status, ":by": by, ":pending": "PENDING" },
      });
      return (await unlessRefused(client.send(update))) ? "decided" : "not pending";
    },
  };
}

/** Whether the write's condition held. */
async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
