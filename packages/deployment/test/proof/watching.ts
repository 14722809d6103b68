import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { arnOf, named, ofType, statements, text } from "../synthesis/find.ts";
import { ROOT } from "../synthesis/platform.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

/** What an alarm's dimension is the name of, by AWS type. */
const DIMENSIONS: Readonly<Record<string, { readonly type: string; readonly property: string }>> = {
  QueueName: { type: "sqs/queue:Queue", property: "name" },
  FunctionName: { type: "lambda/function:Function", property: "name" },
  ApiId: { type: "apigatewayv2/api:Api", property: "id" },
};

const ALARMS = [
  "Admin5xx",
  "AdminErrors",
  "AuthorizerErrors",
  "Conflicts",
  "ConsumerErrors",
  "ConsumerThrottles",
  "DeadLetters",
  "OldestIntent",
  "Quarantine",
];

const Alarm = z.looseObject({
  alarmDescription: z.string(),
  alarmActions: z.array(z.string()),
  dimensions: z.record(z.string(), z.string()).optional(),
  metricQueries: z.array(z.looseObject({ expression: z.string() })).optional(),
});

/** In production every alarm watches something that exists, tells the topic, and has a runbook. */
export const alarmsWatchWhatExists: Check = (synthesis) => {
  const alarms = ofType(synthesis, "cloudwatch/metricAlarm:MetricAlarm");
  const names = alarms.map(({ name }) => name.replace(/^AutonomyAlarm/, "")).sort();
  if (synthesis.app.removal !== "retain") return differences("The alarms", names, []);
  return [
    ...differences("The alarms", names, ALARMS),
    ...alarms.flatMap(({ name, inputs }) => alarmProblems(synthesis, name, Alarm.parse(inputs))),
    ...differences(
      "Who may publish alarms",
      statements(named(synthesis, "AutonomyAlarmsPolicy").inputs.policy).map(
        ({ Principal, Action, Condition }) => ({
          Principal,
          Action,
          sources: Condition?.ArnEquals?.["aws:SourceArn"]?.toSorted(),
        }),
      ),
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

function alarmProblems(
  synthesis: Synthesis,
  name: string,
  { alarmDescription, alarmActions, dimensions, metricQueries }: z.infer<typeof Alarm>,
): string[] {
  const runbook = /docs\/runbooks\/[a-z0-9-]+\.md$/.exec(alarmDescription)?.[0];
  const watched = Object.entries(dimensions ?? {});
  const queries = metricQueries ?? [];
  return [
    ...differences(`The actions of ${name}`, alarmActions, [arnOf(synthesis, "AutonomyAlarms")]),
    ...(runbook !== undefined && existsSync(join(ROOT, runbook))
      ? []
      : [`${name} has no runbook: ${alarmDescription}`]),
    ...(watched.length + queries.length > 0 ? [] : [`${name} watches nothing`]),
    ...watched
      .filter(([dimension, value]) => !exists(synthesis, dimension, value))
      .map(
        ([dimension, value]) => `${name} watches the ${dimension} ${value}, which does not exist`,
      ),
  ];
}

function exists(synthesis: Synthesis, dimension: string, value: string): boolean {
  const known = DIMENSIONS[dimension];
  return (
    known !== undefined &&
    ofType(synthesis, known.type).some((resource) => resource.state[known.property] === value)
  );
}

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

/** Logs end: after a year in production, after a week elsewhere. */
export const logsExpire: Check = (synthesis) =>
  ofType(synthesis, "cloudwatch/logGroup:LogGroup").flatMap(({ name, inputs }) =>
    differences(
      `Days ${name} is kept`,
      inputs.retentionInDays,
      synthesis.app.removal === "retain" ? 365 : 7,
    ),
  );
