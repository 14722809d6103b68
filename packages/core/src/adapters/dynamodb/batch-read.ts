import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { TransientError } from "../../errors.ts";
import type { Address, Lookup } from "./facts.ts";
import { faultOf } from "./faults.ts";
import type { Item } from "./items.ts";

/** DynamoDB's bound on one BatchGetItem. */
const KEYS_PER_REQUEST_MAX = 100;

/** Rounds of asking again for keys that came back unprocessed, before the read has failed. */
const ROUNDS_MAX = 4;

/**
 * Reads items strongly consistent, each address once, in requests side by side. Throws
 * TransientError unless every address was read: what was not read is not absent.
 */
export async function batchRead(
  client: DynamoDBDocumentClient,
  addresses: readonly Address[],
): Promise<Lookup> {
  const distinct = new Map(addresses.map((address) => [addressText(address), address]));
  const chunks = chunked([...distinct.values()], KEYS_PER_REQUEST_MAX);
  const found = new Map<string, Item>();
  await Promise.all(chunks.map((chunk) => readChunk(client, chunk, found)));
  return (table, pk, sk) => found.get(addressText({ table, pk, sk }));
}

async function readChunk(
  client: DynamoDBDocumentClient,
  chunk: readonly Address[],
  found: Map<string, Item>,
): Promise<void> {
  let requests = requestItems(chunk);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const reply = await send(client, requests);
    for (const [table, items] of Object.entries(reply.Responses ?? {})) {
      for (const item of items) {
        found.set(addressText({ table, pk: String(item.pk), sk: String(item.sk) }), item);
      }
    }
    const unprocessed = reply.UnprocessedKeys ?? {};
    if (Object.keys(unprocessed).length === 0) return;
    requests = unprocessed;
  }
  throw new TransientError("THROTTLED", "BatchGetItem left keys unprocessed in every round.");
}

type RequestItems = NonNullable<ConstructorParameters<typeof BatchGetCommand>[0]["RequestItems"]>;

async function send(client: DynamoDBDocumentClient, RequestItems: RequestItems) {
  try {
    return await client.send(new BatchGetCommand({ RequestItems }));
  } catch (error) {
    throw faultOf(error, "BatchGetItem");
  }
}

function requestItems(addresses: readonly Address[]): RequestItems {
  const requests: RequestItems = {};
  for (const { table, pk, sk } of addresses) {
    const request = requests[table] ?? { ConsistentRead: true, Keys: [] };
    request.Keys?.push({ pk, sk });
    requests[table] = request;
  }
  return requests;
}

function chunked<T>(values: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < values.length; start += size) {
    chunks.push(values.slice(start, start + size));
  }
  return chunks;
}

function addressText({ table, pk, sk }: Address): string {
  return `${table}|${pk}|${sk}`;
}
