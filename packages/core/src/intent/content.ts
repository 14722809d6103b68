import * as z from "zod";
import { ActionType } from "../ids.ts";
import { ActionIntentV1 } from "./intent.ts";
import { DATA_BYTES_MAX, findJsonIssue, type InputIssue, utf8Bytes } from "./json-bounds.ts";

/** What an intent asks, or what keeps its data from being an intent. */
export type IntentContent =
  | { readonly valid: true; readonly intent: ActionIntentV1 }
  | {
      readonly valid: false;
      /** `null` when unusable. */
      readonly action_type: ActionType | null;
      readonly issues: readonly InputIssue[];
    };

/**
 * What an intent's data asks, or what keeps it from being an intent. Its ids are usable already.
 *
 * @param canonical the data's RFC 8785 form, `null` when it has none
 * @param otherIssues what was wrong beside the data
 */
export function intentContent(
  data: unknown,
  canonical: string | null,
  otherIssues: readonly InputIssue[] = [],
): IntentContent {
  const intent = ActionIntentV1.safeParse(data);
  const issues = [
    ...otherIssues,
    ...boundIssues(data, canonical),
    ...(intent.success ? [] : issuesOf(intent.error, "data")),
  ];
  if (intent.success && issues.length === 0) return { valid: true, intent: intent.data };
  return { valid: false, action_type: usableActionType(data), issues };
}

/** What a schema found, with paths from a root. */
export function issuesOf(error: z.ZodError, root: string): InputIssue[] {
  return error.issues.map(({ path, message }) => ({ path: [root, ...path].join("."), message }));
}

function boundIssues(data: unknown, canonical: string | null): InputIssue[] {
  const issue = findJsonIssue(data, "data");
  if (issue !== undefined) return [issue];
  const bytes = utf8Bytes(canonical ?? "");
  if (bytes <= DATA_BYTES_MAX) return [];
  return [{ path: "data", message: `must be at most ${DATA_BYTES_MAX} bytes, not ${bytes}` }];
}

function usableActionType(data: unknown): ActionType | null {
  const named = z.looseObject({ action_type: ActionType }).safeParse(data);
  return named.success ? named.data.action_type : null;
}
