import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import * as z from "zod";

/** What happens to the first PutEvents of each intent. */
export type EventsFault = "refused" | "reply-lost";

/** An outcome that the bus took. */
const Taken = z.object({
  DetailType: z.string(),
  Detail: z.string(),
});
export type Taken = z.infer<typeof Taken>;

const Input = z.object({ Entries: z.array(Taken) });
const Detail = z.object({ data: z.object({ action_intent_id: z.string() }) });

/** Fails the first request of every intent, before or after its effect, and notes what took effect. */
export function failFirst(client: EventBridgeClient, fault: EventsFault): readonly Taken[] {
  const taken: Taken[] = [];
  const seen = new Set<string>();
  client.middlewareStack.add(
    (next) => async (args) => {
      const { Entries } = Input.parse(args.input);
      const intents = Entries.map(intentOf);
      const isFirst = intents.some((intent) => !seen.has(intent));
      for (const intent of intents) seen.add(intent);
      if (isFirst && fault === "refused") throw new Error("The bench refused this request.");
      const result = await next(args);
      taken.push(...Entries);
      if (isFirst) throw new Error("The bench lost this reply.");
      return result;
    },
    { step: "initialize", name: "fault" },
  );
  return taken;
}

export function intentOf({ Detail: text }: Taken): string {
  return Detail.parse(JSON.parse(text)).data.action_intent_id;
}
