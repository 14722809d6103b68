import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";
import { type Engine, openEngine } from "./engine.ts";
import { perform } from "./perform.ts";
import { isRefusal, Refusal } from "./refusal.ts";

/** DynamoDB's own bound on a request. */
const REQUEST_BYTES_MAX = 16 * 1024 * 1024;

const Body = z.record(z.string(), z.unknown());

/** A running stand-in. */
export interface DynamoDbServer {
  /** `http://127.0.0.1:<port>`: what the SDK's client takes as its endpoint. */
  readonly endpoint: string;
  /** Finishes the requests under way, then frees the port and the memory, or the folder. */
  close(): Promise<void>;
}

/**
 * Starts a DynamoDB in this process, on 127.0.0.1 only: empty in memory, or with what a folder
 * holds. Any credentials will do, but there must be some. Rejects when the port is taken, or the
 * folder is open elsewhere.
 *
 * Other than on AWS: indexes are never behind their table, a transaction becomes visible to every
 * reader at once, writes take so little time that conflicts are rarer, nothing is throttled, expired
 * items stay, request tokens end with the process, and consumed capacity leaves out the indexes' share.
 *
 * @param port default 0: any free one.
 */
export async function startDynamoDb({
  port = 0,
  folder,
}: {
  port?: number;
  folder?: string | undefined;
} = {}): Promise<DynamoDbServer> {
  const engine = await openEngine({ folder });
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const exchange = answer(engine, request, response).finally(() => underWay.delete(exchange));
    underWay.add(exchange);
  });
  // A client's idle connection stays open, or a request sent as it closes would fail for no reason of DynamoDB's.
  server.keepAliveTimeout = 0;
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    await engine.store.db.close();
    throw error;
  }
  return {
    endpoint: `http://127.0.0.1:${portOf(server.address())}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      await Promise.allSettled(underWay);
      server.closeAllConnections();
      await closed;
      await engine.store.db.close();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error(`A TCP address was expected, got ${address}`);
}

async function answer(
  engine: Engine,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Listened for from the start: the client may leave before its answer is ready.
  const closed = new Promise((resolve) => response.once("close", resolve));
  try {
    const { statusCode, body } = await decide(engine, request);
    const text = Buffer.from(JSON.stringify(body));
    response.writeHead(statusCode, {
      "Content-Type": "application/x-amz-json-1.0",
      "Content-Length": text.length,
      "x-amzn-RequestId": randomUUID(),
    });
    response.end(text);
    await closed;
  } catch {
    // The client has gone: there is nobody left to answer.
    request.destroy();
  }
}

async function decide(
  engine: Engine,
  request: IncomingMessage,
): Promise<{ statusCode: number; body: object }> {
  const bytes = await readBody(request);
  try {
    refuseUnsigned(request);
    const [, operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    return { statusCode: 200, body: await perform(engine, operation, parseBody(bytes)) };
  } catch (error) {
    if (isRefusal(error)) return { statusCode: error.statusCode, body: error.body };
    // A fault of the stand-in: its reader sits at this machine, so the answer says what it was.
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { statusCode: 500, body: new Refusal("InternalServerError", message).body };
  }
}

/** Throws when the client went away or sent too much. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > REQUEST_BYTES_MAX)
      throw new Error(`A request holds at most ${REQUEST_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Signatures are not verified, but a client without credentials fails here as it would on AWS. */
function refuseUnsigned(request: IncomingMessage): void {
  if (!request.headers.authorization?.startsWith("AWS4-")) {
    throw new Refusal(
      "MissingAuthenticationTokenException",
      "Request is missing Authentication Token",
    );
  }
}

function parseBody(bytes: Buffer): z.infer<typeof Body> {
  try {
    return Body.parse(JSON.parse(bytes.toString()));
  } catch {
    throw new Refusal("SerializationException", "The body must be a JSON object");
  }
}
