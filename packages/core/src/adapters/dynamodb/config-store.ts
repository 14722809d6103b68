import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { v7 as uuidV7 } from "uuid";
import { createBackoff, deadlineIn } from "../../commit/backoff.ts";
import type { ConfigScope, ListedKind } from "../../config/address.ts";
import type { ChangeReply, ConfigAttributes, ConfigChange } from "../../config/change.ts";
import { TransientError } from "../../errors.ts";
import type { Clock, ConfigStore } from "../../ports.ts";
import type { TableNames } from "./client.ts";
import { configKey, LISTED_PREFIX, scopePk } from "./config-keys.ts";
import { changeItems, fencedAccount, fenceRaise } from "./config-write.ts";
import { faultOf } from "./faults.ts";
import type { Item } from "./items.ts";
import { oldItem } from "./old-item.ts";

/**
 * Between the two raises of a fence. Longer than any read the gate accepts (250 ms), so that none
 * can pair facts from before the change with the fence after it.
 */
const FENCE_SETTLE_MS = 300;

/** How long a request may be tried again. Below what API Gateway allows an answer to take. */
const WRITE_MS_MAX = 20_000;

/**
 * The longest wait between two attempts. An account's fence is an item that every commit of the
 * account writes: a stop has to find its gap among them, so it asks more often than they do.
 */
const WRITE_DELAY_MS_MAX = 100;

/** The configuration on DynamoDB. */
export function dynamoConfigStore(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  clock: Clock,
): ConfigStore {
  return {
    read: async (address) => {
      const Key = configKey(address);
      const reply = await untilDone(clock, "GetItem", () =>
        client.send(new GetCommand({ TableName: tables.config, Key, ConsistentRead: true })),
      );
      return attributesOf(reply.Item);
    },
    list: (scope, kind) => listAll(client, tables.config, scope, kind, clock),
    write: async (change) => {
      const reply = await writeChange(client, tables, change, clock);
      const account = fencedAccount(change.scope);
      if (reply.status === "written" && account !== undefined) {
        await clock.sleep(FENCE_SETTLE_MS);
        await untilDone(clock, "UpdateItem", () =>
          client.send(new UpdateCommand(fenceRaise(tables.budgetState, account))),
        );
      }
      return reply;
    },
  };
}

async function listAll(
  client: DynamoDBDocumentClient,
  table: string,
  scope: ConfigScope,
  kind: ListedKind,
  clock: Clock,
): Promise<ConfigAttributes[]> {
  const found: ConfigAttributes[] = [];
  let start: Item | undefined;
  do {
    const page = await untilDone(clock, "Query", () =>
      client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
          ExpressionAttributeValues: { ":pk": scopePk(scope), ":prefix": LISTED_PREFIX[kind] },
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      ),
    );
    for (const item of page.Items ?? []) found.push(withoutKey(item));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

/** One token for all attempts: a change whose reply was lost is not taken for another's. */
async function writeChange(
  client: DynamoDBDocumentClient,
  tables: TableNames,
  change: ConfigChange,
  clock: Clock,
): Promise<ChangeReply> {
  const ids = { msecs: clock.epochMs() };
  const request = new TransactWriteCommand({
    TransactItems: changeItems(tables, change, uuidV7(ids)),
    ClientRequestToken: uuidV7(ids),
  });
  return untilDone(clock, "TransactWriteItems", async (): Promise<ChangeReply> => {
    try {
      await client.send(request);
      return { status: "written" };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [object] = error.CancellationReasons ?? [];
      if (object?.Code !== "ConditionalCheckFailed") {
        throw new TransientError("CONFLICT", "The change met another one.", { cause: error });
      }
      const current = attributesOf(oldItem(object.Item));
      return { status: "changed-meanwhile", ...(current === undefined ? {} : { current }) };
    }
  });
}

async function untilDone<T>(
  clock: Clock,
  operation: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const backoff = createBackoff(clock, deadlineIn(clock, WRITE_MS_MAX), WRITE_DELAY_MS_MAX);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const fault = faultOf(error, operation);
      if (!(fault instanceof TransientError)) throw fault;
      await backoff.wait(fault);
    }
  }
}

function attributesOf(item: Item | undefined): ConfigAttributes | undefined {
  return item === undefined ? undefined : withoutKey(item);
}

function withoutKey({ pk, sk, ...attributes }: Item): ConfigAttributes {
  return attributes;
}
