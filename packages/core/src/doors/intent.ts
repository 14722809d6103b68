/** Intents as agents propose them: schemas, bounds, exact JSON. Pure. */

export { issuesOf } from "../intent/content.ts";
export { ActionIntentCreated } from "../intent/event.ts";
export {
  type ExactJson,
  FLAW_MESSAGES,
  type JsonFlaw,
  parseExactJson,
} from "../intent/exact-json.ts";
export { ActionIntentV1, IntentIds, IntentMetadata } from "../intent/intent.ts";
export type { InputIssue } from "../intent/json-bounds.ts";
