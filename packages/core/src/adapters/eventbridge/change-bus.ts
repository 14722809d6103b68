import { type EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { ChangeBus } from "../../config/changed.ts";
import { ADMIN_SOURCE, CONFIG_CHANGED_DETAIL_TYPE } from "../../contract.ts";

/** Publishes configuration changes on a bus. */
export function eventBridgeChangeBus(client: EventBridgeClient, busName: string): ChangeBus {
  return {
    publish: async (changed) => {
      try {
        const reply = await client.send(
          new PutEventsCommand({
            Entries: [
              {
                EventBusName: busName,
                Source: ADMIN_SOURCE,
                DetailType: CONFIG_CHANGED_DETAIL_TYPE,
                Detail: JSON.stringify(changed),
              },
            ],
          }),
        );
        const [result] = reply.Entries ?? [];
        if (result?.EventId !== undefined) return { accepted: true };
        return { accepted: false, errorCode: result?.ErrorCode ?? "NoResult" };
      } catch (error) {
        return { accepted: false, errorCode: error instanceof Error ? error.name : "UnknownError" };
      }
    },
  };
}
