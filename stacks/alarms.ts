import { ALARM_LIMITS, METRICS, METRICS_NAMESPACE } from "@autonomy-gate/core/topology";
import type { IntentQueues } from "./intents-queue.ts";
import type { Settings } from "./settings.ts";
import { notOverTls } from "./tls.ts";

/** What of a stage is watched. */
export interface Watched {
  readonly queues: IntentQueues;
  readonly consumer: sst.aws.Function;
  readonly admin: sst.aws.Function;
  readonly authorizer: sst.aws.Function;
  readonly killSwitch: sst.aws.Function;
  readonly killSwitchAuthorizer: sst.aws.Function;
  readonly api: sst.aws.ApiGatewayV2;
}

type MetricAlarm = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "namespace" | "metricName" | "dimensions" | "statistic" | "metricQueries"
>;

interface AlarmArgs {
  /** File of `docs/runbooks/` that says what to do. */
  readonly runbook: string;
  readonly metric: MetricAlarm;
  /** The alarm sounds above it. */
  readonly limit: number;
  /** Periods in a row above the limit; one unless said otherwise. */
  readonly periods?: number;
}

/** Alarms of a production stage, each with a runbook. */
export function createAlarms(watched: Watched, { alarmEmail }: Settings): void {
  const topic = new aws.sns.Topic("AutonomyAlarms");
  const alarms = Object.entries(alarmList(watched)).map(([name, args]) =>
    createAlarm(name, args, topic),
  );
  new aws.sns.TopicPolicy("AutonomyAlarmsPolicy", {
    arn: topic.arn,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        {
          sid: "TheseAlarmsAlone",
          principals: [{ type: "Service", identifiers: ["cloudwatch.amazonaws.com"] }],
          actions: ["sns:Publish"],
          resources: [topic.arn],
          conditions: [
            { test: "ArnEquals", variable: "aws:SourceArn", values: alarms.map(({ arn }) => arn) },
          ],
        },
        notOverTls(["sns:Publish"], topic.arn),
      ],
    }).json,
  });
  if (alarmEmail === undefined) return;
  new aws.sns.TopicSubscription("AutonomyAlarmsEmail", {
    topic: topic.arn,
    protocol: "email",
    endpoint: alarmEmail,
  });
}

function alarmList({
  queues,
  consumer,
  admin,
  authorizer,
  killSwitch,
  killSwitchAuthorizer,
  api,
}: Watched): Readonly<Record<string, AlarmArgs>> {
  return {
    LostIntents: {
      runbook: "lost-intents",
      metric: {
        namespace: "AWS/Events",
        metricName: "InvocationsFailedToBeSentToDlq",
        dimensions: ruleDimensions(queues.rule),
        statistic: "Sum",
      },
      limit: 0,
    },
    DeadLetters: waiting(queues.deadLetters, "dead-letters"),
    Quarantine: waiting(queues.quarantine, "quarantine"),
    OldestIntent: {
      runbook: "oldest-intent",
      metric: {
        ...queueMetric(queues.intents, "ApproximateAgeOfOldestMessage"),
        statistic: "Maximum",
      },
      limit: ALARM_LIMITS.oldestIntentSeconds,
    },
    ConsumerErrors: {
      runbook: "consumer-errors",
      metric: functionMetric(consumer, "Errors"),
      limit: 0,
    },
    ConsumerThrottles: {
      runbook: "consumer-throttles",
      metric: functionMetric(consumer, "Throttles"),
      limit: 0,
      periods: 3,
    },
    Conflicts: {
      runbook: "conflicts",
      metric: { metricQueries: [conflicts()] },
      limit: ALARM_LIMITS.conflictsPerPeriod,
    },
    ClockDifference: {
      runbook: "wrong-clock",
      metric: { metricQueries: [clockDifference()] },
      limit: 0,
    },
    AdminErrors: { runbook: "admin-errors", metric: functionMetric(admin, "Errors"), limit: 0 },
    AuthorizerErrors: {
      runbook: "authorizer-errors",
      metric: functionMetric(authorizer, "Errors"),
      limit: 0,
    },
    KillSwitchErrors: {
      runbook: "admin-errors",
      metric: functionMetric(killSwitch, "Errors"),
      limit: 0,
    },
    KillSwitchAuthorizerErrors: {
      runbook: "authorizer-errors",
      metric: functionMetric(killSwitchAuthorizer, "Errors"),
      limit: 0,
    },
    Admin5xx: {
      runbook: "admin-5xx",
      metric: {
        namespace: "AWS/ApiGateway",
        metricName: "5xx",
        dimensions: { ApiId: api.nodes.api.id },
        statistic: "Sum",
      },
      limit: 0,
    },
  };
}

function createAlarm(
  name: string,
  { runbook, metric, limit, periods = 1 }: AlarmArgs,
  topic: aws.sns.Topic,
): aws.cloudwatch.MetricAlarm {
  return new aws.cloudwatch.MetricAlarm(`AutonomyAlarm${name}`, {
    ...metric,
    // A query brings its own period.
    ...(metric.metricQueries === undefined ? { period: ALARM_LIMITS.periodSeconds } : {}),
    alarmDescription: `What to do: docs/runbooks/${runbook}.md`,
    comparisonOperator: "GreaterThanThreshold",
    threshold: limit,
    evaluationPeriods: periods,
    treatMissingData: "notBreaching",
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
}

function waiting(queue: sst.aws.Queue, runbook: string): AlarmArgs {
  const metric = queueMetric(queue, "ApproximateNumberOfMessagesVisible");
  return { runbook, metric: { ...metric, statistic: "Maximum" }, limit: 0 };
}

function queueMetric(queue: sst.aws.Queue, metricName: string): MetricAlarm {
  return { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue.nodes.queue.name } };
}

/**
 * The default bus is not named in the metrics of its rules, any other is.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
function ruleDimensions({ name, eventBusName }: aws.cloudwatch.EventRule) {
  return $resolve({ RuleName: name, EventBusName: eventBusName }).apply(
    ({ RuleName, EventBusName = "default" }): Record<string, string> =>
      EventBusName === "default" ? { RuleName } : { RuleName, EventBusName },
  );
}

function functionMetric(fn: sst.aws.Function, metricName: string): MetricAlarm {
  return {
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: fn.name },
    statistic: "Sum",
  };
}

/** Over every operation, which an alarm on one metric could not sum. */
function conflicts() {
  const { name, dimensions } = METRICS.retries;
  const [, code] = dimensions;
  return {
    id: "conflicts",
    expression: `SELECT SUM(${name}) FROM ${METRICS_NAMESPACE} WHERE ${code} = 'CONFLICT'`,
    period: ALARM_LIMITS.periodSeconds,
    returnData: true,
  };
}

/** Of every consumer; only differences that are too large are written. */
function clockDifference() {
  return {
    id: "clock",
    expression: `SELECT MAX(${METRICS.clockDifference.name}) FROM ${METRICS_NAMESPACE}`,
    period: ALARM_LIMITS.periodSeconds,
    returnData: true,
  };
}
