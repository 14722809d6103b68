import { TransientError } from "../errors.ts";
import type { FactsReply, FactsRequest, GateStore } from "../ports.ts";

const ROUNDS_MAX = 4;

/**
 * Reads the facts of all requests, for an answer that needs them all; they are not of one read.
 * Throws TransientError when some stay unread.
 */
export async function readAllFacts(
  store: Pick<GateStore, "readFacts">,
  requests: readonly FactsRequest[],
): Promise<readonly FactsReply[]> {
  const known = new Map<FactsRequest, FactsReply>();
  for (let round = 0; round < ROUNDS_MAX && known.size < requests.length; round++) {
    const pending = requests.filter((request) => !known.has(request));
    const { replies } = await store.readFacts(pending);
    for (const [place, request] of pending.entries()) {
      const reply = replies[place];
      if (reply !== undefined) known.set(request, reply);
    }
  }
  return requests.map((request) => {
    const reply = known.get(request);
    if (reply === undefined) throw new TransientError("THROTTLED", "Some facts stayed unread.");
    return reply;
  });
}
