import { forwardActionIntents, type UncheckedIntent } from "@autonomy-gate/core/sdk";
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";

/** Publishes intents as Phase 3 does, unchecked. Throws an error that names the first one refused. */
export async function publishIntents(
  client: EventBridgeClient,
  busName: string,
  intents: readonly UncheckedIntent[],
): Promise<void> {
  const { rejected } = await forwardActionIntents(client, intents, { busName });
  const [first] = rejected;
  if (first === undefined) return;
  throw new Error(`Intent ${first.index + 1} was refused: ${first.code}: ${first.message}`);
}
