import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { convertToNative, marshall, NumberValueImpl } from "@aws-sdk/util-dynamodb";
import { PermanentError } from "../../errors.ts";
import { isDouble } from "../../table/long-number.ts";
import type { Item } from "../../table/table.ts";

/** An item as DynamoDB's requests and replies hold it. */
export type WireItem = Record<string, AttributeValue>;

/** Throws PermanentError for what DynamoDB cannot store: no retry gives it another form. */
export function toWire(item: Item): WireItem {
  try {
    return marshall(item, { removeUndefinedValues: true });
  } catch (cause) {
    throw new PermanentError("The item contains what DynamoDB cannot store.", { cause });
  }
}

/** Never throws for a number: one that no double holds stays what it is. */
export function fromWire(item: WireItem): Item {
  const plain: Record<string, unknown> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value !== undefined) plain[name] = plainValue(value);
  }
  return plain;
}

function plainValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return isDouble(value.N) ? Number(value.N) : longNumber(value.N);
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.M !== undefined) return fromWire(value.M);
  if (value.NS !== undefined) return new Set(value.NS.map(longNumber));
  return convertToNative(value);
}

function longNumber(digits: string): NumberValueImpl {
  return NumberValueImpl.from(digits);
}
