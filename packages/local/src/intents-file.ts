import { parseExactJson } from "@autonomy-gate/core/intent/exact-json";
import * as z from "zod";

/** The detail of an `ActionIntentCreated` event, as far as sending it needs to know. */
export interface IntentDetail {
  readonly metadata?: unknown;
  readonly data: unknown;
}

/** Whatever carries an id itself is an intent, though it may have a field of the name `data` too. */
const Detail = z.looseObject({
  data: z.looseObject({}),
  metadata: z.unknown().optional(),
  action_intent_id: z.never().optional(),
  tenant_id: z.never().optional(),
  account_id: z.never().optional(),
});

/**
 * Reads intents as people keep them: one JSON object, an array of them, or one a line. A bare
 * intent is wrapped; publishing fills in its metadata. What an intent says is the gate's to judge:
 * only what is not JSON, or not an object, is refused here.
 *
 * @param name where the text is from, for the error message
 */
export function readIntents(text: string, name: string): IntentDetail[] {
  const values = parseWhole(text) ?? parseLines(text, name);
  if (values.length === 0) throw new Error(`${name} holds no intent.`);
  return values.map((value, index) => detailOf(value, `${name}, intent ${index + 1}`));
}

function parseWhole(text: string): unknown[] | undefined {
  try {
    const value = parseExactJson(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

function parseLines(text: string, name: string): unknown[] {
  const lines = text
    .split(/\r\n|[\r\n]/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }));
  return lines
    .filter(({ line }) => line !== "")
    .map(({ line, number }): unknown => {
      try {
        return parseExactJson(line);
      } catch (cause) {
        const problem = cause instanceof Error ? cause.message : String(cause);
        throw new Error(
          `${name} is neither JSON nor one JSON object a line: line ${number}: ${problem}`,
          { cause },
        );
      }
    });
}

function detailOf(value: unknown, where: string): IntentDetail {
  if (holdsRounded(value)) {
    throw new Error(`${where} has a whole number too large for JSON's readers. Write it as text.`);
  }
  const detail = Detail.safeParse(value);
  if (detail.success) return detail.data;
  const bare = z.looseObject({}).safeParse(value);
  if (!bare.success) throw new Error(`${where} is not a JSON object.`);
  return { data: bare.data };
}

/** What `parseExactJson` could not read as it stands; JSON itself has no NaN. */
function holdsRounded(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return Number.isNaN(value);
  return Object.values(value).some(holdsRounded);
}
