import type { Logger } from "@aws-lambda-powertools/logger";

/** One request, without anything its sender wrote: the route's path, not the URL. */
export interface AnsweredRequest {
  readonly request_id: string;
  readonly method: string;
  /** As in the route table, such as `/decisions/{action_intent_id}`; `-` when there is none. */
  readonly route: string;
  readonly status: number;
  readonly duration_ms: number;
  /** Absent when nobody was recognised. */
  readonly actor?: string;
}

/** Told what the API did; nothing it does can change an answer. */
export interface AdminTelemetry {
  answered(request: AnsweredRequest): void;
  /** Something unforeseen was thrown; the client was told nothing of it. */
  failed(failure: { readonly request_id: string; readonly error: unknown }): void;
  /** A change was made and audited, but the bus did not take its event. */
  notEmitted(lost: { readonly request_id: string; readonly error_code: string }): void;
  /** It was not noted that a key is used. */
  useNotNoted(error: unknown): void;
  /** A stop is in force, but nobody looked which accounts look like the one it is for. */
  lookAlikesNotRead(error: unknown): void;
}

/** One JSON line a request; never a body, a query, a header or a key. */
export function loggedTelemetry(logger: Logger): AdminTelemetry {
  return {
    answered: (request) => logger.info("request answered", { ...request }),
    failed: ({ request_id, error }) =>
      logger.error("request failed", {
        request_id,
        error: errorOf(error),
      }),
    notEmitted: (lost) => logger.warn("change not emitted", { ...lost }),
    useNotNoted: (error) => logger.warn("use of a key not noted", { error: errorOf(error) }),
    lookAlikesNotRead: (error) =>
      logger.warn("accounts that look alike not read", { error: errorOf(error) }),
  };
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
