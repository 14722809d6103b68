import { type GateMetric, METRICS, METRICS_NAMESPACE } from "@autonomy-gate/core/topology";
import type { Watched } from "./alarms.ts";

/** One page that answers: does the gate keep up, what does it decide, what does it refuse to take? */
export function createDashboard({ queues, consumer, api }: Watched): void {
  const names = $resolve({
    region: aws.getRegionOutput().region,
    intents: queues.intents.nodes.queue.name,
    deadLetters: queues.deadLetters.nodes.queue.name,
    quarantine: queues.quarantine.nodes.queue.name,
    consumer: consumer.name,
    api: api.nodes.api.id,
  });
  new aws.cloudwatch.Dashboard("AutonomyDashboard", {
    dashboardName: `${$app.name}-${$app.stage}`,
    dashboardBody: names.apply((known) => JSON.stringify({ widgets: widgets(known) })),
  });
}

interface Names {
  readonly region: string;
  readonly intents: string;
  readonly deadLetters: string;
  readonly quarantine: string;
  readonly consumer: string;
  readonly api: string;
}

/** Two in a row, each 12 of 24 columns wide and 6 rows high. */
function widgets(names: Names) {
  return charts(names).map(({ title, stat, metrics }, index) => ({
    type: "metric",
    x: (index % 2) * 12,
    y: Math.floor(index / 2) * 6,
    width: 12,
    height: 6,
    properties: { title, stat, period: 60, region: names.region, metrics, view: "timeSeries" },
  }));
}

interface Chart {
  readonly title: string;
  readonly stat: string;
  readonly metrics: readonly (readonly unknown[])[];
}

function charts({ intents, deadLetters, quarantine, consumer, api }: Names): Chart[] {
  const queue = (metric: string, name: string) => ["AWS/SQS", metric, "QueueName", name];
  const lambda = (metric: string) => ["AWS/Lambda", metric, "FunctionName", consumer];
  return [
    {
      title: "Decisions by decision and reason",
      stat: "Sum",
      metrics: [search(METRICS.decisions, "Sum")],
    },
    {
      title: "From publication to outcome, ms",
      stat: "p99",
      metrics: [search(METRICS.decisionLatency, "p99")],
    },
    {
      title: "Age of the oldest intent, s",
      stat: "Maximum",
      metrics: [queue("ApproximateAgeOfOldestMessage", intents)],
    },
    {
      title: "Kept for people: dead letters and quarantine",
      stat: "Maximum",
      metrics: [deadLetters, quarantine].map((name) =>
        queue("ApproximateNumberOfMessagesVisible", name),
      ),
    },
    {
      title: "Consumer: errors, throttles, parallel batches",
      stat: "Maximum",
      metrics: [lambda("Errors"), lambda("Throttles"), lambda("ConcurrentExecutions")],
    },
    {
      title: "Tried again, by operation and code",
      stat: "Sum",
      metrics: [search(METRICS.retries, "Sum")],
    },
    {
      title: "Admin API: requests and failures",
      stat: "Sum",
      metrics: ["Count", "4xx", "5xx"].map((metric) => ["AWS/ApiGateway", metric, "ApiId", api]),
    },
  ];
}

/** Every series of a metric, those of decisions and codes yet to come included. */
function search({ name, dimensions }: GateMetric, stat: string) {
  const query = `{${[METRICS_NAMESPACE, "service", ...dimensions].join(",")}} MetricName=${name}`;
  return [{ expression: `SEARCH('${query}', '${stat}', 60)` }];
}
