import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { createRounds } from "./rounds.ts";

/** One request to AWS, as it left. */
export interface Call {
  /** Such as `PutItem`. */
  readonly operation: string;
  readonly request: unknown;
  /** The reply's output; absent when the service refused. */
  readonly reply: unknown;
  /** Bytes of the request's body. */
  readonly bytesOut: number;
  /** Calls of one round go side by side, those of the next wait for them. */
  readonly round: number;
}

/** Notes every call of the clients it was put on. */
export interface Meter {
  watch(client: DynamoDBDocumentClient | EventBridgeClient): void;
  /** The calls since it was asked last. */
  take(): readonly Call[];
}

const Request = z.looseObject({
  headers: z.record(z.string(), z.string()),
  body: z.instanceof(Uint8Array),
});

const PLACE = { step: "finalizeRequest", name: "meter", priority: "high" } as const;

export function createMeter(): Meter {
  let calls: Call[] = [];
  const rounds = createRounds();
  const note = async <Result extends { readonly output: unknown }>(
    request: unknown,
    send: () => Promise<Result>,
  ): Promise<Result> => {
    const { headers, body } = Request.parse(request);
    const [, operation = ""] = (headers["x-amz-target"] ?? "").split(".");
    const { round, outcome } = await rounds.join(send);
    calls.push({
      operation,
      request: JSON.parse(new TextDecoder().decode(body)),
      reply: outcome.status === "fulfilled" ? outcome.value.output : undefined,
      bytesOut: body.length,
      round,
    });
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  };
  return {
    // The two clients' stacks have types of their own; what is noted is the same.
    watch: (client) => {
      if (client instanceof EventBridgeClient) {
        client.middlewareStack.add(
          (next) => (args) => note("request" in args && args.request, () => next(args)),
          PLACE,
        );
        return;
      }
      client.middlewareStack.add(
        (next) => (args) => note("request" in args && args.request, () => next(args)),
        PLACE,
      );
    },
    take: () => {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}
