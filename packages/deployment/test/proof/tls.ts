import { named, ofType, type Statement, statements, text } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import type { Check } from "./check.ts";

/** The statement that refuses what does not come over TLS. */
export function notOverTls(action: string, resource: string): Statement {
  return {
    Sid: "NotOverTls",
    Effect: "Deny",
    Principal: "*",
    Action: [action],
    Resource: [resource],
    Condition: { Bool: { "aws:SecureTransport": ["false"] } },
  };
}

/** Queues, the gate's own bus and the topic of the alarms refuse whatever is sent in clear text. */
export const nothingTravelsInClearText: Check = (synthesis) => [
  ...ofType(synthesis, "sqs/queue:Queue").flatMap((queue) => {
    const policies = ofType(synthesis, "sqs/queuePolicy:QueuePolicy").filter(
      ({ inputs }) => inputs.queueUrl === text(queue, "url"),
    );
    return refuses(queue.name, policies, notOverTls("sqs:*", text(queue, "arn")));
  }),
  ...ofType(synthesis, "cloudwatch/eventBus:EventBus").flatMap((bus) =>
    refuses(
      bus.name,
      [named(synthesis, "AutonomyBusPolicy")],
      notOverTls("events:PutEvents", text(bus, "arn")),
    ),
  ),
  ...ofType(synthesis, "sns/topic:Topic").flatMap((topic) =>
    refuses(
      topic.name,
      [named(synthesis, "AutonomyAlarmsPolicy")],
      notOverTls("sns:Publish", text(topic, "arn")),
    ),
  ),
];

/** A queue has one policy: a second one would take the place of the first. */
function refuses(
  name: string,
  policies: Synthesis["resources"],
  statement: Statement,
): readonly string[] {
  const [policy, ...others] = policies;
  if (policy === undefined || others.length > 0) {
    return [`${name} has ${policies.length} policies, not one`];
  }
  const found = statements(policy.inputs.policy).map((one) => JSON.stringify(sorted(one)));
  return found.includes(JSON.stringify(sorted(statement)))
    ? []
    : [`${name} takes requests without TLS`];
}

function sorted(statement: Statement): object {
  return Object.fromEntries(Object.entries(statement).sort(([a], [b]) => (a < b ? -1 : 1)));
}
