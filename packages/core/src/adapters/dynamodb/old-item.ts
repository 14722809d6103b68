import type { CancellationReason } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { readNumber } from "./client.ts";
import type { Item } from "./items.ts";

/** The item a failed condition returned: in errors it comes as it is on the wire. */
export function oldItem(item: CancellationReason["Item"]): Item | undefined {
  if (item === undefined || Object.keys(item).length === 0) return undefined;
  return unmarshall(item, { wrapNumbers: readNumber });
}
