import { coversActionType, type Limits } from "@autonomy-gate/core/access";
import { receivedIntent } from "@autonomy-gate/core/adapters";
import type { SwitchOwner } from "@autonomy-gate/core/configuration";
import type { Calendar } from "@autonomy-gate/core/day";
import {
  type Decision,
  type DecisionRecord,
  decideInvalid,
  decideNow,
  LEDGER_ONLY,
  outcomeOf,
  type ReceivedIntent,
  RecordFields,
  recordOf,
  type StoredFacts,
} from "@autonomy-gate/core/gate";
import { IntentIds } from "@autonomy-gate/core/intent";
import { ABSENT, type Stored } from "@autonomy-gate/core/values";
import * as z from "zod";
import { sideOf } from "../auth/credential.ts";
import { json } from "../http/answer.ts";
import { adminRoute, NO_FIELDS } from "../http/route.ts";
import { ACCOUNT, agreed, NamedScope } from "../http/scope.ts";
import { Overrides, overridden } from "../simulate/overrides.ts";
import { Standing, standing } from "../simulate/standing.ts";
import { Flip, wouldFlip } from "../simulate/would-flip.ts";

const SimulateBody = z.strictObject({
  ...NamedScope.shape,
  /** The `data` of an ActionIntentCreated event. */
  intent: IntentIds,
  overrides: Overrides.optional(),
});

const SimulatedOutcome = z
  .looseObject({
    ...RecordFields.omit(LEDGER_ONLY).shape,
    /** The intent's data; `null` when it is not valid. */
    intent: z.unknown(),
    would_flip: z.array(Flip),
    recorded: Standing.optional(),
  })
  .meta({ id: "SimulatedOutcome" });

export const simulate = adminRoute({
  method: "post",
  path: "/simulate",
  summary: "What the gate would decide now, and which single changes would alter it",
  description: "Writes nothing, and claims no budget.",
  role: "viewer",
  reach: ACCOUNT,
  params: NO_FIELDS,
  query: NO_FIELDS,
  body: SimulateBody,
  success: SimulatedOutcome,
  alsoNamedAt: [
    ["intent"],
    ["overrides", "budget"],
    ["overrides", "kill_switch"],
    ["overrides", "action_type"],
  ],
  handle: async ({ body, calendar, credential }, { gate }) => {
    const { budget, action_type: entry } = body.overrides ?? {};
    agreed("action_type", [body.intent.action_type, budget?.action_type, entry?.action_type]);
    // The consumer's own reading; its message, which stands in for data without a form, is not known.
    const source = { data: body.intent, ref: body.intent, raw: "" };
    const { received, canonical } = receivedIntent(source);
    const { content, tenant_id, account_id, action_intent_id } = received;
    const action_type = content.valid ? content.intent.action_type : null;
    const request = { tenant_id, account_id, action_type, recordedFor: action_intent_id };
    const [reply] = (await gate.readFacts([request])).replies;
    const { decision, would_flip } = decided(received, reply?.facts, body.overrides ?? {}, {
      calendar,
      own: sideOf(credential),
    });
    const outcome = outcomeOf(recordOf(received, decision), canonical);
    const { data } = Detail.parse(JSON.parse(outcome.detail));
    const recorded = standing(received, withinTypes(reply?.recorded ?? ABSENT, credential.limits));
    return json(
      SimulatedOutcome.parse({
        ...data,
        would_flip,
        ...(recorded === undefined ? {} : { recorded }),
      }),
    );
  },
});

/** A record of an action type beyond the limits is told as if there were none. */
function withinTypes(recorded: Stored<DecisionRecord>, limits: Limits): Stored<DecisionRecord> {
  const type = recorded.status === "readable" ? recorded.value.action_type : undefined;
  return coversActionType(limits, type ?? undefined) ? recorded : ABSENT;
}

const Detail = z.object({ data: z.looseObject({}) });

function decided(
  { content }: ReceivedIntent,
  facts: StoredFacts | undefined,
  overrides: Overrides,
  { calendar, own }: { readonly calendar: Calendar; readonly own: SwitchOwner },
): { decision: Decision; would_flip: Flip[] } {
  if (!content.valid) {
    return { decision: decideInvalid(content.issues, calendar.instant), would_flip: [] };
  }
  if (facts === undefined) throw new TypeError("The facts of a valid intent are always read.");
  const { intent } = content;
  const snapshot = overridden({ ...facts, calendar }, overrides, own);
  const decision = decideNow(intent, snapshot);
  return { decision, would_flip: wouldFlip({ intent, snapshot, decision }) };
}
