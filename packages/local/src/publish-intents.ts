import { chunkBySize } from "@autonomy-gate/core/adapters/chunks";
import { DEFAULT_INTENT_SOURCES, INTENT_DETAIL_TYPE } from "@autonomy-gate/core/contract";
import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { IntentDetail } from "./intents-file.ts";

const BOUNDS = { countMax: 10, bytesMax: 256 * 1024 };

/** Publishes intents as Phase 3 does. Throws an error that names the first one refused. */
export async function publishIntents(
  client: EventBridgeClient,
  bus: string,
  intents: readonly IntentDetail[],
): Promise<void> {
  const [Source] = DEFAULT_INTENT_SOURCES;
  const entries = intents.map((detail) => ({
    EventBusName: bus,
    Source,
    DetailType: INTENT_DETAIL_TYPE,
    Detail: JSON.stringify(detail),
  }));
  let sent = 0;
  for (const chunk of chunkBySize(entries, ({ Detail }) => Buffer.byteLength(Detail), BOUNDS)) {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: chunk }));
    for (const [index, { ErrorCode, ErrorMessage }] of Entries.entries()) {
      if (ErrorCode === undefined) continue;
      throw new Error(`Intent ${sent + index + 1} was refused: ${ErrorCode}: ${ErrorMessage}`);
    }
    sent += chunk.length;
  }
}
