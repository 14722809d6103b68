import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type DynamoDBDocumentClient,
  ScanCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type IntentDetail, readIntents } from "./intents-file.ts";

const FOLDER = join(import.meta.dirname, "../../../examples");

const ConfigItems = z.array(z.looseObject({ pk: z.string(), sk: z.string() }));

const Named = z.looseObject({ action_intent_id: z.string() });

/**
 * Stores the configuration that the example intents need, as an operator would have left it, in a
 * table that is empty: all of it or nothing, and over nothing that a person configured.
 */
export async function loadExampleConfiguration(
  client: DynamoDBDocumentClient,
  configTable: string,
): Promise<void> {
  const { Count } = await client.send(new ScanCommand({ TableName: configTable, Limit: 1 }));
  if (Count !== 0) return;
  const text = await readFile(join(FOLDER, "configuration.json"), "utf8");
  const items = ConfigItems.parse(JSON.parse(text));
  await client.send(
    new TransactWriteCommand({
      TransactItems: items.map((Item) => ({ Put: { TableName: configTable, Item } })),
    }),
  );
}

/** The example intents, in the order of their files' names. */
export async function readExampleIntents(): Promise<IntentDetail[]> {
  const folder = join(FOLDER, "intents");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const files = await Promise.all(
    names.map(async (name) => readIntents(await readFile(join(folder, name), "utf8"), name)),
  );
  return files.flat();
}

/** The id an example's outcome will carry. */
export function intentIdOf({ data }: IntentDetail): string {
  return Named.parse(data).action_intent_id;
}
