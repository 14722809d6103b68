import {
  createDynamoClient,
  dynamoTable,
  eventBridgeOutcomeBus,
  sqsQuarantine,
} from "@autonomy-gate/core/adapters";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { SQSClient } from "@aws-sdk/client-sqs";
import { ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import { afterMicrotasks } from "../scheduler.ts";
import type { Level, World } from "../world.ts";
import { answerDynamoDb, faultBody, TABLE_NAMES } from "./dynamodb-wire.ts";
import { answerPutEvents, answerSendBatch } from "./sinks-wire.ts";

interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The real adapters on the real clients, whose requests end in the simulation instead of a socket. */
export function underTheSdk(): Level {
  /** Steps of clients that have not yet come to rest: time stands still meanwhile. */
  let moving = 0;

  async function answer(world: World, process: SimProcess, request: WireRequest) {
    moving -= 1;
    const [, operation = ""] = String(request.headers["x-amz-target"]).split(".");
    const body: unknown = JSON.parse(textOf(request.body));
    try {
      return respond(200, await dispatch(world, process, operation, body), trueTime(world));
    } catch (error) {
      return refusal(error, trueTime(world));
    } finally {
      moving += 1;
    }
  }

  function settings(world: World, process: SimProcess) {
    return {
      region: "us-east-1",
      endpoint: "http://simulation.invalid",
      credentials: { accessKeyId: "simulated", secretAccessKey: "simulated" },
      maxAttempts: 1,
      userAgentAppId: "simulation",
      retryMode: "standard",
      defaultsMode: "standard",
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      requestHandler: {
        handle: (request: WireRequest) => answer(world, process, request),
        destroy: () => {},
      },
    } as const;
  }

  function watched<C extends Watchable>(client: C): C {
    client.middlewareStack.add(
      (next: (args: never) => Promise<never>) => async (args: never) => {
        moving += 1;
        try {
          return await next(args);
        } finally {
          moving -= 1;
        }
      },
      { step: "initialize", priority: "high", name: "watched" },
    );
    return client;
  }

  return {
    table: (world, process) =>
      dynamoTable(watched(createDynamoClient(settings(world, process))), TABLE_NAMES),
    sinks: (world, process) => ({
      bus: eventBridgeOutcomeBus(
        watched(new EventBridgeClient(settings(world, process))),
        "autonomy",
      ),
      quarantine: sqsQuarantine(
        watched(new SQSClient(settings(world, process))),
        "http://simulation.invalid/000000000000/quarantine",
      ),
    }),
    quiet: async () => {
      do await afterMicrotasks();
      while (moving > 0);
    },
  };
}

interface Watchable {
  readonly middlewareStack: {
    // biome-ignore lint/suspicious/noExplicitAny: each client's stack has its own types; nothing here depends on them.
    add(middleware: any, options: any): void;
  };
}

function dispatch(world: World, process: SimProcess, operation: string, body: unknown) {
  if (operation === "PutEvents") return answerPutEvents(world.sinks, process, body);
  if (operation === "SendMessageBatch") return answerSendBatch(world.sinks, process, body);
  return answerDynamoDb(world.dynamo, process, operation, body);
}

/** A fault as its response; what happens on the way has none, and is thrown. */
function refusal(error: unknown, epochMs: number) {
  if (!(error instanceof ServiceFault)) throw error;
  const { code } = error;
  if (code === "TimeoutError" || code === "ECONNRESET") {
    throw Object.assign(new Error(code), { name: code });
  }
  const body = { __type: `x#${code}`, message: "", ...faultBody(error) };
  return respond(code.startsWith("Internal") ? 500 : 400, body, epochMs);
}

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}

function trueTime({ scenario, network }: World): number {
  return scenario.startEpochMs + network.scheduler.nowMs();
}

/** Every reply states the service's time, in whole seconds. */
function respond(statusCode: number, body: object, epochMs: number) {
  return {
    response: {
      statusCode,
      headers: {
        "content-type": "application/x-amz-json-1.0",
        date: new Date(epochMs).toUTCString(),
      },
      body: new TextEncoder().encode(JSON.stringify(body)),
    },
  };
}
