import { once } from "node:events";
import {
  createDynamoClient,
  type SomeTableNames,
  systemClock,
  timeZoneDataVersion,
} from "@autonomy-gate/core/adapters";
import type { Clock } from "@autonomy-gate/core/ports";
import { Logger } from "@aws-lambda-powertools/logger";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { createAdaptorServer } from "@hono/node-server";
import * as z from "zod";
import { createApp } from "./app.ts";
import { type KeySetIssuer, keySetTokens } from "./auth/tokens.ts";
import { AWS_REQUESTS, awsPorts } from "./aws-ports.ts";
import { type AdminTelemetry, loggedTelemetry } from "./http/telemetry.ts";

const HOST = "127.0.0.1";
const SERVICE_NAME = "autonomy-gate-admin";

/** What a server of the admin API on this machine needs to know. */
export interface ServeAdminInput {
  /** Default 0: any free one. */
  readonly port?: number;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly dynamodb: { readonly endpoint: string; readonly tables: SomeTableNames };
  readonly events: { readonly endpoint: string; readonly bus: string };
  /** Whose tokens are accepted; absent: API keys only. */
  readonly tokens?: KeySetIssuer;
  /** Browser origins that may call the API; default none. */
  readonly corsOrigins?: readonly string[];
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Default: one JSON line a request on standard output. */
  readonly telemetry?: AdminTelemetry;
}

export interface AdminServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Finishes the requests under way, then frees the port. */
  close(): Promise<void>;
}

/** Serves the admin API on 127.0.0.1 only; resolves when it listens, rejects when the port is taken. */
export async function serveAdmin(input: ServeAdminInput): Promise<AdminServer> {
  const { region, dynamodb, events, tokens, clock = systemClock() } = input;
  // A copy: the SDK writes a mark of its own into the credentials it is given.
  const credentials = { ...input.credentials };
  const client = createDynamoClient({
    region,
    credentials,
    endpoint: dynamodb.endpoint,
    ...AWS_REQUESTS,
  });
  const bus = new EventBridgeClient({
    region,
    credentials,
    endpoint: events.endpoint,
    ...AWS_REQUESTS,
  });
  const app = createApp(
    awsPorts({
      client,
      tables: dynamodb.tables,
      events: bus,
      busName: events.bus,
      clock,
      telemetry: input.telemetry ?? telemetryOfAServer(),
      corsOrigins: input.corsOrigins ?? [],
      ...(tokens === undefined ? {} : { tokens: keySetTokens(tokens, clock) }),
    }),
  );
  const server = createAdaptorServer({
    fetch: async (request, { incoming }) => {
      const response = await app.fetch(request);
      // What a refusal left unread of a body stands before the next request on the connection.
      const unread = !incoming.complete || incoming.readableLength > 0;
      if (unread) response.headers.set("Connection", "close");
      return response;
    },
  });
  server.listen(input.port ?? 0, HOST);
  await once(server, "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://${HOST}:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      await closed;
      client.destroy();
      bus.destroy();
    },
  };
}

function telemetryOfAServer(): AdminTelemetry {
  const logger = new Logger({ serviceName: SERVICE_NAME });
  logger.info("started", { tz_data: timeZoneDataVersion() });
  return loggedTelemetry(logger);
}
