import * as z from "zod";
import { validationError } from "./aws-error.ts";
import { matchesPattern } from "./pattern.ts";
import { type PutEventsContext, putEvents } from "./put-events.ts";
import * as requests from "./requests.ts";
import { parsePattern, type Rule } from "./rules.ts";

/** One function for each operation served: a request's body in, the answer's body out. */

export type Operation = (body: unknown) => unknown;

export function operationsOn(context: PutEventsContext): ReadonlyMap<string, Operation> {
  const { rules } = context;
  return new Map<string, Operation>([
    served("PutEvents", requests.PutEvents, async (request) => putEvents(request, context)),
    served("CreateEventBus", requests.CreateEventBus, ({ Name }) => ({
      EventBusArn: rules.createBus(Name),
    })),
    served("DescribeEventBus", requests.DescribeEventBus, ({ Name }) => rules.describeBus(Name)),
    served("PutRule", requests.PutRule, (request) => ({ RuleArn: rules.putRule(request).arn })),
    served("PutTargets", requests.PutTargets, ({ EventBusName, Rule, Targets }) => {
      rules.putTargets(rules.rule(EventBusName, Rule), Targets);
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    served("RemoveTargets", requests.RemoveTargets, ({ EventBusName, Rule, Ids }) => {
      rules.removeTargets(rules.rule(EventBusName, Rule), Ids);
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    served("DeleteRule", requests.RuleName, ({ EventBusName, Name }) => {
      rules.deleteRule(EventBusName, Name);
      return {};
    }),
    served("ListRules", requests.ListRules, ({ EventBusName, NamePrefix, ...page }) => {
      const ofBus = [...rules.rulesOf(EventBusName).values()];
      const named = ofBus.filter(({ name }) => name.startsWith(NamePrefix)).map(describe);
      const { items, NextToken } = pageOf(named, page);
      return { Rules: items, NextToken };
    }),
    served("ListTargetsByRule", requests.ListTargetsByRule, ({ EventBusName, Rule, ...page }) => {
      const { items, NextToken } = pageOf(
        [...rules.rule(EventBusName, Rule).targets.values()],
        page,
      );
      return { Targets: items, NextToken };
    }),
    served("TestEventPattern", requests.TestEventPattern, ({ EventPattern, Event }) => ({
      Result: matchesPattern(parsePattern(EventPattern), parseEvent(Event)),
    })),
  ]);
}

function served<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  serve: (request: z.output<Schema>) => unknown,
): readonly [string, Operation] {
  return [
    name,
    (body) => {
      const request = schema.safeParse(body);
      if (!request.success) {
        throw validationError(validationMessage(request.error));
      }
      return serve(request.data);
    },
  ];
}

function validationMessage({ issues }: z.ZodError): string {
  const unknown = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...issue.path, key].join("."))
      : [],
  );
  if (unknown.length > 0) return `This stand-in does not serve: ${unknown.join(", ")}`;
  const found = issues.map(({ path, message }) => `Value at '${path.join(".")}': ${message}`);
  return `${issues.length} validation error detected: ${found.join("; ")}`;
}

function describe({ name, arn, busName, eventPattern, state, description }: Rule) {
  return {
    Name: name,
    Arn: arn,
    EventBusName: busName,
    EventPattern: eventPattern,
    State: state,
    ...(description !== undefined && { Description: description }),
  };
}

function pageOf<Item>(
  all: readonly Item[],
  { Limit, NextToken }: { readonly Limit: number; readonly NextToken?: string | undefined },
): { readonly items: readonly Item[]; readonly NextToken?: string } {
  const from = z.coerce
    .number()
    .int()
    .min(0)
    .catch(0)
    .parse(NextToken ?? 0);
  const items = all.slice(from, from + Limit);
  return from + Limit < all.length ? { items, NextToken: String(from + Limit) } : { items };
}

function parseEvent(text: string): unknown {
  const event = requests.TestedEvent.safeParse(jsonOf(text));
  if (event.success) return event.data;
  const [{ path, message } = { path: [], message: "" }] = event.error.issues;
  throw validationError(
    `Parameter Event is not valid. Reason: ${path.length === 0 ? "Event" : path.join(".")}: ${message}`,
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw validationError("Parameter Event is not valid. Reason: Event is not JSON.");
  }
}
