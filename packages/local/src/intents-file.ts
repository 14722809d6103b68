import { FLAW_MESSAGES, parseExactJson } from "@autonomy-gate/core/intent";
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
  const values = parseWhole(text, name) ?? parseLines(text, name);
  if (values.length === 0) throw new Error(`${name} holds no intent.`);
  return values.map((value, index) => detailOf(value, `${name}, intent ${index + 1}`));
}

function parseWhole(text: string, name: string): unknown[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const value = unambiguous(text, name);
  return Array.isArray(value) ? value : [value];
}

/** What a text of JSON says to every reader alike. */
function unambiguous(text: string, where: string): unknown {
  const { value, flaws } = parseExactJson(text);
  const [flaw] = flaws;
  if (flaw === undefined) return value;
  throw new Error(`${where}: ${flaw.path.join(".")} ${FLAW_MESSAGES[flaw.kind]}.`);
}

function parseLines(text: string, name: string): unknown[] {
  const lines = text
    .split(/\r\n|[\r\n]/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }));
  return lines
    .filter(({ line }) => line !== "")
    .map(({ line, number }): unknown => {
      try {
        return unambiguous(line, `line ${number}`);
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
  const detail = Detail.safeParse(value);
  if (detail.success) return detail.data;
  const bare = z.looseObject({}).safeParse(value);
  if (!bare.success) throw new Error(`${where} is not a JSON object.`);
  return { data: bare.data };
}
