import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { ChangeBus } from "../../config/changed.ts";
import { ADMIN_SOURCE, CONFIG_CHANGED_DETAIL_TYPE } from "../../contract.ts";
import { putEvents } from "./put-events.ts";

/** Publishes configuration changes on a bus. */
export function eventBridgeChangeBus(client: EventBridgeClient, busName: string): ChangeBus {
  return {
    publish: async (changed) => {
      const [delivery] = await putEvents(client, [
        {
          EventBusName: busName,
          Source: ADMIN_SOURCE,
          DetailType: CONFIG_CHANGED_DETAIL_TYPE,
          Detail: JSON.stringify(changed),
        },
      ]);
      if (delivery === undefined) throw new TypeError("Every entry has its delivery.");
      return delivery;
    },
  };
}
