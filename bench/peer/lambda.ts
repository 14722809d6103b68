import process from "node:process";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import * as z from "zod";
import { createPeerHandler } from "./handler.ts";

const { AUTONOMY_CONFIG_TABLE_NAME, AUTONOMY_EVENT_BUS_NAME } = z
  .object({
    AUTONOMY_CONFIG_TABLE_NAME: z.string(),
    AUTONOMY_EVENT_BUS_NAME: z.string(),
  })
  .parse(process.env);

/** The peer's Lambda entry. */
export const handler = createPeerHandler({
  dynamodb: new DynamoDB(),
  events: new EventBridgeClient(),
  configTable: AUTONOMY_CONFIG_TABLE_NAME,
  busName: AUTONOMY_EVENT_BUS_NAME,
});
