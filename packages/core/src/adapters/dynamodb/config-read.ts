import { type AttributeValue, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { ConfigAddress } from "../../config/address.ts";
import type { ConfigAttributes } from "../../config/change.ts";
import { readNumber } from "./client.ts";
import { configKey } from "./config-keys.ts";
import type { Item } from "./items.ts";

/** A configuration object as it is in the table. */
export interface StoredConfig {
  /** As the gate reads it: its numbers are doubles. */
  readonly attributes: ConfigAttributes;
  /** To the last digit: others may have stored numbers that no double can carry. */
  readonly exact: ConfigAttributes;
}

/** Reads one object, strongly consistent. */
export async function readConfig(
  client: DynamoDBDocumentClient,
  table: string,
  address: ConfigAddress,
): Promise<StoredConfig | undefined> {
  const Key = marshall(configKey(address));
  const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
  return storedConfig((await client.send(command)).Item);
}

/** The object that an item on the wire is, in a reply or in a refusal. */
export function storedConfig(
  item: Record<string, AttributeValue> | undefined,
): StoredConfig | undefined {
  if (item === undefined || Object.keys(item).length === 0) return undefined;
  return {
    attributes: withoutKey(unmarshall(item, { wrapNumbers: readNumber })),
    exact: withoutKey(unmarshall(item, { wrapNumbers: true })),
  };
}

function withoutKey({ pk, sk, ...attributes }: Item): ConfigAttributes {
  return attributes;
}
