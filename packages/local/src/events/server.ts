import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { LOCAL_REQUESTS } from "../clients.ts";
import { EventsError } from "./aws-error.ts";
import { type Operation, operationsOn } from "./operations.ts";
import { InvalidEventPatternError } from "./pattern-error.ts";
import type { EntryError } from "./put-events.ts";
import type { PutEventsEntry } from "./requests.ts";
import { RuleBook } from "./rules.ts";
import { ruleFile } from "./saved-rules.ts";

/** EventBridge on this machine: AWS JSON 1.1 for the ordinary SDK client, on 127.0.0.1 only. */
export interface LocalEvents {
  readonly endpoint: string;
  /** Answers what has come in, then closes. */
  close(): Promise<void>;
}

export interface EventsInput {
  /** 0 (the default) takes any free one. */
  readonly port?: number;
  /** Where the targets' queues are. */
  readonly sqs: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** The file that keeps buses and rules; absent: they are in memory. */
  readonly rulesFile?: string | undefined;
  /** Faults for tests: an entry it returns an error for is answered with it and goes nowhere. */
  readonly rejectEntry?: (entry: PutEventsEntry) => EntryError | undefined;
}

const HOST = "127.0.0.1";
const TARGET_PREFIX = "AWSEvents.";
/** A request of 256 KB may grow sixfold when its details are escaped as JSON text. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;

export async function startEvents(input: EventsInput): Promise<LocalEvents> {
  // One attempt a call: the delivery itself tries again, refused messages included.
  const sqs = new SQSClient({
    ...input.sqs,
    ...LOCAL_REQUESTS,
    credentials: { ...input.sqs.credentials },
    maxAttempts: 1,
  });
  const operations = operationsOn({
    rules: new RuleBook(input.sqs.region, ruleFile(input.rulesFile)),
    region: input.sqs.region,
    sqs,
    sqsEndpoint: input.sqs.endpoint,
    rejectEntry: input.rejectEntry ?? (() => undefined),
  });
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(request, operations);
    // A connection kept alive past the last answer would hold the closing server open.
    response.writeHead(status, {
      "content-type": "application/x-amz-json-1.1",
      ...(!server.listening && { connection: "close" }),
    });
    response.end(body);
  });
  server.listen(input.port ?? 0, HOST);
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    endpoint: `http://${HOST}:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      await closed;
      sqs.destroy();
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Never rejects: a fault is an answer too. */
async function answer(
  request: IncomingMessage,
  operations: ReadonlyMap<string, Operation>,
): Promise<Answer> {
  try {
    const operation = operationOf(request, operations);
    const result = await operation(parseBody(await readBody(request)));
    return { status: 200, body: JSON.stringify(result) };
  } catch (fault) {
    return fault instanceof EventsError || fault instanceof InvalidEventPatternError
      ? refusal(400, fault.name, fault.message)
      : refusal(500, "InternalException", String(fault));
  }
}

function refusal(status: number, code: string, message: string): Answer {
  return { status, body: JSON.stringify({ __type: code, message }) };
}

function operationOf(
  { headers }: IncomingMessage,
  operations: ReadonlyMap<string, Operation>,
): Operation {
  const target = String(headers["x-amz-target"] ?? "");
  const operation = target.startsWith(TARGET_PREFIX)
    ? operations.get(target.slice(TARGET_PREFIX.length))
    : undefined;
  if (operation === undefined) {
    throw new EventsError("UnknownOperationException", `Not served: ${target}`);
  }
  return operation;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = z.instanceof(Uint8Array).parse(chunk);
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new EventsError("RequestEntityTooLargeException", `More than ${BODY_BYTES_MAX} bytes`);
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventsError("SerializationException", "The body is not JSON.", { cause });
  }
}
