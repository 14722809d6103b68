import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import * as z from "zod";

const Received = z.looseObject({ Messages: z.array(z.unknown()).optional() });
const Request = z.looseObject({ QueueUrl: z.string().optional() });

/**
 * The same stack with an SQS that delivers each message a second time, with what the next receive
 * of its queue finds: SQS promises no more than "at least once".
 */
export async function repeatingReceives(
  stack: StackFile,
  atEnd: (close: () => Promise<void>) => void,
): Promise<StackFile> {
  const earlier = new Map<string, readonly unknown[]>();
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const reply = await forward(stack.sqs.endpoint, request, body);
    const text = await reply.text();
    response.writeHead(reply.status, { "content-type": "application/x-amz-json-1.0" });
    response.end(isReceive(request) ? repeated(text, queueOf(body), earlier) : text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { ...stack, sqs: { ...stack.sqs, endpoint: `http://127.0.0.1:${port}` } };
}

function forward(endpoint: string, { headers }: IncomingMessage, body: Buffer): Promise<Response> {
  return fetch(endpoint, {
    method: "POST",
    body: new Uint8Array(body),
    headers: {
      "content-type": String(headers["content-type"]),
      "x-amz-target": String(headers["x-amz-target"]),
      authorization: String(headers.authorization),
    },
  });
}

function isReceive({ headers }: IncomingMessage): boolean {
  return headers["x-amz-target"] === "AmazonSQS.ReceiveMessage";
}

function queueOf(body: Buffer): string {
  return Request.parse(JSON.parse(body.toString())).QueueUrl ?? "";
}

function repeated(text: string, queue: string, earlier: Map<string, readonly unknown[]>): string {
  const { Messages = [], ...rest } = Received.parse(JSON.parse(text));
  const again = earlier.get(queue) ?? [];
  earlier.set(queue, Messages);
  const all = [...again, ...Messages];
  return JSON.stringify({ ...rest, ...(all.length === 0 ? {} : { Messages: all }) });
}
