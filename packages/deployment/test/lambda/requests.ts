import * as z from "zod";

/** One thing a request asks AWS for, as IAM sees it. */
export interface Access {
  readonly action: string;
  /** A table, an index (`table/index/name`), a queue's URL, or a bus. */
  readonly target: string;
  /** Condition keys of the request, lower-case. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

const Item = z.record(z.string(), z.unknown());
const Part = z.looseObject({ TableName: z.string(), Item: Item.optional(), Key: Item.optional() });

/** What a request of the JSON protocols asks for; throws for one that no function of ours makes. */
export function accessesOf(target: string, body: unknown): Access[] {
  const [service = "", operation = ""] = target.split(".");
  if (service.startsWith("DynamoDB")) return tableAccesses(operation, body);
  if (service === "AmazonSQS" && operation === "SendMessageBatch") {
    const { QueueUrl } = z.looseObject({ QueueUrl: z.string() }).parse(body);
    return [{ action: "sqs:SendMessage", target: QueueUrl, keys: {} }];
  }
  if (service === "AWSEvents" && operation === "PutEvents") return eventAccesses(body);
  throw new Error(`No function of ours is known to call ${target}.`);
}

const Entries = z.looseObject({
  Entries: z.array(
    z.looseObject({ EventBusName: z.string(), Source: z.string(), DetailType: z.string() }),
  ),
});

function eventAccesses(body: unknown): Access[] {
  return Entries.parse(body).Entries.map(({ EventBusName, Source, DetailType }) => ({
    action: "events:PutEvents",
    target: EventBusName,
    keys: { "events:source": [Source], "events:detail-type": [DetailType] },
  }));
}

/** A transaction needs the actions of its parts, a batch that of the batch. */
function tableAccesses(operation: string, body: unknown): Access[] {
  if (operation === "BatchGetItem") {
    const { RequestItems } = z
      .looseObject({ RequestItems: z.record(z.string(), z.looseObject({ Keys: z.array(Item) })) })
      .parse(body);
    return Object.entries(RequestItems).map(([table, { Keys }]) =>
      access("dynamodb:BatchGetItem", table, Keys),
    );
  }
  if (operation === "TransactWriteItems") {
    const { TransactItems } = z
      .looseObject({ TransactItems: z.array(z.record(z.string(), Part)) })
      .parse(body);
    return TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, part]) =>
        access(`dynamodb:${kind}Item`, part.TableName, [part.Item ?? part.Key ?? {}]),
      ),
    );
  }
  const request = Part.extend({ IndexName: z.string().optional() }).parse(body);
  const { TableName, IndexName, Item: item, Key } = request;
  const table = IndexName === undefined ? TableName : `${TableName}/index/${IndexName}`;
  const action = operation === "Query" ? "dynamodb:Query" : `dynamodb:${operation}`;
  return [access(action, table, [item ?? Key ?? {}])];
}

const Text = z.object({ S: z.string() });

function access(action: string, target: string, items: readonly z.infer<typeof Item>[]): Access {
  const keys = items.flatMap(({ pk }) => Text.safeParse(pk).data?.S ?? []);
  return { action, target, keys: { "dynamodb:leadingkeys": keys } };
}
