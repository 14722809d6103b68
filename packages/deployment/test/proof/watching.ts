import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { arnOf, named, ofType, statements, text } from "../synthesis/find.ts";
import { ROOT } from "../synthesis/platform.ts";
import type { Synthesis, SynthesisedResource } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

/** What an alarm compares with its limit. */
type Watched =
  | { readonly queries: readonly string[] }
  | {
      readonly metric: string;
      /** Dimension to the logical name and the property of the resource it names. */
      readonly of: Readonly<Record<string, readonly [name: string, property: string]>>;
    };

const ALARMS: Readonly<Record<string, Watched>> = {
  Admin5xx: { metric: "AWS/ApiGateway 5xx", of: { ApiId: ["AutonomyAdminApiApi", "id"] } },
  AdminErrors: ofFunction("Errors", "AutonomyAdminFunction"),
  AuthorizerErrors: ofFunction("Errors", "AutonomyAuthorizerFunction"),
  ClockDifference: { queries: ["SELECT MAX(ClockDifference) FROM AutonomyGate"] },
  Conflicts: { queries: ["SELECT SUM(Retries) FROM AutonomyGate WHERE code = 'CONFLICT'"] },
  ConsumerErrors: ofFunction("Errors", "AutonomyConsumerFunction"),
  ConsumerThrottles: ofFunction("Throttles", "AutonomyConsumerFunction"),
  DeadLetters: ofQueue("ApproximateNumberOfMessagesVisible", "AutonomyIntentsDlqQueue"),
  KillSwitchAuthorizerErrors: ofFunction("Errors", "AutonomyKillSwitchAuthorizerFunction"),
  KillSwitchErrors: ofFunction("Errors", "AutonomyKillSwitchFunction"),
  LostIntents: {
    metric: "AWS/Events InvocationsFailedToBeSentToDlq",
    of: { EventBusName: ["AutonomyBusBus", "name"], RuleName: ["AutonomyIntentsRule", "name"] },
  },
  OldestIntent: ofQueue("ApproximateAgeOfOldestMessage", "AutonomyIntentsQueue"),
  Quarantine: ofQueue("ApproximateNumberOfMessagesVisible", "AutonomyQuarantineQueue"),
};

function ofFunction(metric: string, name: string): Watched {
  return { metric: `AWS/Lambda ${metric}`, of: { FunctionName: [name, "name"] } };
}

function ofQueue(metric: string, name: string): Watched {
  return { metric: `AWS/SQS ${metric}`, of: { QueueName: [name, "name"] } };
}

const Alarm = z.looseObject({
  alarmDescription: z.string(),
  alarmActions: z.array(z.string()),
  namespace: z.string().optional(),
  metricName: z.string().optional(),
  dimensions: z.record(z.string(), z.string()).optional(),
  metricQueries: z.array(z.looseObject({ expression: z.string() })).optional(),
});

/** In production every alarm watches the metric meant of what is meant, tells the topic, and has a runbook. */
export const alarmsAreAsDesigned: Check = (synthesis) => {
  const alarms = ofType(synthesis, "cloudwatch/metricAlarm:MetricAlarm");
  const names = alarms.map(alarmName).sort();
  if (synthesis.app.removal !== "retain") return differences("The alarms", names, []);
  return [
    ...differences("The alarms", names, Object.keys(ALARMS).sort()),
    ...alarms.flatMap((alarm) =>
      alarmProblems(synthesis, alarmName(alarm), Alarm.parse(alarm.inputs)),
    ),
    ...differences(
      "Who may publish alarms",
      statements(named(synthesis, "AutonomyAlarmsPolicy").inputs.policy)
        .filter(({ Effect }) => Effect === "Allow")
        .map(({ Principal, Action, Condition }) => ({
          Principal,
          Action,
          sources: Condition?.ArnEquals?.["aws:SourceArn"]?.toSorted(),
        })),
      [
        {
          Principal: { Service: ["cloudwatch.amazonaws.com"] },
          Action: ["sns:Publish"],
          sources: alarms.map((alarm) => text(alarm, "arn")).sort(),
        },
      ],
    ),
  ];
};

function alarmName({ name }: SynthesisedResource): string {
  return name.replace(/^AutonomyAlarm/, "");
}

function alarmProblems(
  synthesis: Synthesis,
  name: string,
  alarm: z.infer<typeof Alarm>,
): readonly string[] {
  const runbook = /docs\/runbooks\/[a-z0-9-]+\.md$/.exec(alarm.alarmDescription)?.[0];
  return [
    ...differences(`The actions of ${name}`, alarm.alarmActions, [
      arnOf(synthesis, "AutonomyAlarms"),
    ]),
    ...(runbook !== undefined && existsSync(join(ROOT, runbook))
      ? []
      : [`${name} has no runbook: ${alarm.alarmDescription}`]),
    ...differences(`What ${name} watches`, watchedBy(alarm), meant(synthesis, ALARMS[name])),
  ];
}

function watchedBy({ namespace, metricName, dimensions, metricQueries }: z.infer<typeof Alarm>) {
  return metricQueries === undefined
    ? { metric: `${namespace} ${metricName}`, of: dimensions }
    : { queries: metricQueries.map(({ expression }) => expression) };
}

function meant(synthesis: Synthesis, alarm: Watched | undefined): unknown {
  if (alarm === undefined || "queries" in alarm) return alarm;
  const dimensions = Object.entries(alarm.of).map(([dimension, [name, property]]) => [
    dimension,
    text(named(synthesis, name), property),
  ]);
  return { metric: alarm.metric, of: Object.fromEntries(dimensions) };
}

/** What a metric's dimension is the name of, by AWS type. */
const DIMENSIONS: Readonly<Record<string, { readonly type: string; readonly property: string }>> = {
  QueueName: { type: "sqs/queue:Queue", property: "name" },
  FunctionName: { type: "lambda/function:Function", property: "name" },
  ApiId: { type: "apigatewayv2/api:Api", property: "id" },
};

const Dashboard = z.object({
  widgets: z.array(
    z.object({ properties: z.looseObject({ metrics: z.array(z.array(z.unknown())) }) }),
  ),
});

/** Every metric of the dashboard names a resource of the stage, or is one of the gate's own. */
export const theDashboardShowsWhatExists: Check = (synthesis) => {
  const dashboards = ofType(synthesis, "cloudwatch/dashboard:Dashboard");
  const production = synthesis.app.removal === "retain";
  return [
    ...differences("The number of dashboards", dashboards.length, production ? 1 : 0),
    ...dashboards.flatMap(({ inputs }) => {
      const body = Dashboard.parse(JSON.parse(z.string().parse(inputs.dashboardBody)));
      return body.widgets
        .flatMap(({ properties }) => properties.metrics)
        .filter(
          ([, , dimension, value]) =>
            dimension !== undefined && !exists(synthesis, String(dimension), String(value)),
        )
        .map((metric) => `The dashboard shows ${JSON.stringify(metric)}, which does not exist`);
    }),
  ];
};

function exists(synthesis: Synthesis, dimension: string, value: string): boolean {
  const known = DIMENSIONS[dimension];
  return (
    known !== undefined &&
    ofType(synthesis, known.type).some((resource) => resource.state[known.property] === value)
  );
}

/** Logs end: after a year in production, after a week elsewhere. */
export const logsExpire: Check = (synthesis) =>
  ofType(synthesis, "cloudwatch/logGroup:LogGroup").flatMap(({ name, inputs }) =>
    differences(
      `Days ${name} is kept`,
      inputs.retentionInDays,
      synthesis.app.removal === "retain" ? 365 : 7,
    ),
  );
