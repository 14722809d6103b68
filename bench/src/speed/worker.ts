import process from "node:process";
import { consumerConfigFrom } from "@autonomy-gate/consumers/intents/config";
import { createHandler } from "@autonomy-gate/consumers/intents/create-handler";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createPeerHandler } from "../../peer/handler.ts";
import { accountName, batchOf, lambdaContext } from "../workload.ts";
import { Run, type RunResult, SideName } from "./run.ts";

/** One consumer process: takes batches one after the other, as one Lambda instance does. */
const handler = handlerOf(SideName.parse(process.env.BENCH_SIDE));

process.on("message", async (message) => {
  process.send?.(await measure(Run.parse(message)));
});
process.send?.("ready");

function handlerOf(side: SideName) {
  const { tables, busName } = consumerConfigFrom(process.env);
  switch (side) {
    case "gate":
      return createHandler(consumerConfigFrom(process.env));
    case "peer":
      return createPeerHandler({
        dynamodb: new DynamoDB(),
        events: new EventBridgeClient(),
        configTable: tables.config,
        busName,
      });
    default:
      return side satisfies never;
  }
}

async function measure({ batchSize, batches, accounts }: Run): Promise<RunResult> {
  // Workers that all began with the same account would meet in its budget all the way.
  const first = Math.floor(Math.random() * accounts);
  const events = Array.from({ length: batches }, (_, batch) =>
    batchOf(batchSize, "automatic", (index) =>
      accountName((first + batch * batchSize + index) % accounts),
    ),
  );
  let failures = 0;
  const startedAtMs = performance.now();
  const cpuBefore = process.cpuUsage();
  for (const event of events) {
    const { batchItemFailures } = await handler(event, lambdaContext());
    failures += batchItemFailures.length;
  }
  const cpu = process.cpuUsage(cpuBefore);
  return {
    decisions: batches * batchSize - failures,
    failures,
    seconds: (performance.now() - startedAtMs) / 1_000,
    cpuSeconds: (cpu.user + cpu.system) / 1_000_000,
  };
}
