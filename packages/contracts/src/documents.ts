import { openApiDocument } from "@autonomy-gate/admin/docs/openapi";
import { asyncApiDocument } from "./asyncapi.ts";
import { BUS_EVENTS } from "./events.ts";
import { detailDocument, registryDocument } from "./json-schema.ts";
import { RULE_PATTERNS } from "./rule-patterns.ts";

/** Where the JSON Schemas are that a release is compared by. */
export const SCHEMA_FOLDER = "json-schema/2020-12";

/** Every generated file: its path in `contracts/`, and its text. */
export function contractFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const event of BUS_EVENTS) {
    files.set(`${SCHEMA_FOLDER}/${event.name}.json`, textOf(detailDocument(event)));
    files.set(`json-schema/draft-04/${event.name}.json`, textOf(registryDocument(event)));
  }
  for (const [name, pattern] of Object.entries(RULE_PATTERNS)) {
    files.set(`rule-patterns/${name}.json`, textOf(pattern));
  }
  files.set("asyncapi.json", textOf(asyncApiDocument()));
  files.set("openapi.json", textOf(openApiDocument()));
  return files;
}

function textOf(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
