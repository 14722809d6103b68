import * as z from "zod";
import type { JsonObject } from "./dynalite.ts";
import { type Engine, loadTable, parseRequest } from "./engine.ts";
import { validationRefusal } from "./refusal.ts";

const DescribeRequest = z.object({ TableName: z.string() });

const UpdateRequest = z.object({
  TableName: z.string(),
  TimeToLiveSpecification: z.object({
    AttributeName: z.string().min(1).max(255),
    Enabled: z.boolean(),
  }),
});

/** Remembers the setting; nothing is ever deleted here, as DynamoDB too may be days late. */
export async function updateTimeToLive(engine: Engine, body: JsonObject): Promise<JsonObject> {
  const { TableName, TimeToLiveSpecification } = parseRequest(UpdateRequest, body);
  await loadTable(engine, TableName);
  const { AttributeName, Enabled } = TimeToLiveSpecification;
  if (Enabled === engine.timeToLive.has(TableName)) {
    throw validationRefusal(`TimeToLive is already ${Enabled ? "enabled" : "disabled"}`);
  }
  if (Enabled) engine.timeToLive.set(TableName, AttributeName);
  else engine.timeToLive.delete(TableName);
  return { TimeToLiveSpecification };
}

export async function describeTimeToLive(engine: Engine, body: JsonObject): Promise<JsonObject> {
  const { TableName } = parseRequest(DescribeRequest, body);
  await loadTable(engine, TableName);
  const AttributeName = engine.timeToLive.get(TableName);
  const description =
    AttributeName === undefined
      ? { TimeToLiveStatus: "DISABLED" }
      : { TimeToLiveStatus: "ENABLED", AttributeName };
  return { TimeToLiveDescription: description };
}
