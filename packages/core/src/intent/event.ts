import * as z from "zod";
import { SCHEMA_VERSION } from "../contract.ts";
import { ActionIntentV1, IntentMetadata } from "./intent.ts";

/** The detail of an `ActionIntentCreated` event, as the consumer accepts it for a decision. */
export const ActionIntentCreated = z.looseObject({
  metadata: IntentMetadata.extend({
    schema_version: z.literal(SCHEMA_VERSION).nullish(),
    occurred_at: z
      .unknown()
      .optional()
      .describe("When it was published, an ISO 8601 instant. Used for measuring only."),
  }).nullish(),
  data: ActionIntentV1,
});
export type ActionIntentCreated = z.infer<typeof ActionIntentCreated>;
