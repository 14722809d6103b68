import { createHash } from "node:crypto";
import { Refusal } from "./refusal.ts";

/** How long DynamoDB remembers a completed transaction's ClientRequestToken. */
export const TOKEN_LIFETIME_MS = 10 * 60 * 1000;

interface Remembered {
  readonly fingerprint: string;
  /** Epoch milliseconds; absent while the transaction runs. */
  readonly completedAtMs?: number;
}

/** Makes a repeated transaction harmless. A cancelled one is not remembered: repeating it runs it again. */
export interface RequestTokens {
  /** Throws when the token belongs to another request, or to the same one still running. */
  begin(token: string, fingerprint: string): "new" | "completed";
  complete(token: string, fingerprint: string): void;
  forget(token: string): void;
}

export function createRequestTokens(now: () => number): RequestTokens {
  const remembered = new Map<string, Remembered>();

  /** Completed tokens lie in the order of completion, so the first fresh one ends the search. */
  function dropExpired(): void {
    const oldestMs = now() - TOKEN_LIFETIME_MS;
    for (const [token, { completedAtMs }] of remembered) {
      if (completedAtMs === undefined) continue;
      if (completedAtMs > oldestMs) return;
      remembered.delete(token);
    }
  }

  return {
    begin(token, fingerprint) {
      dropExpired();
      const known = remembered.get(token);
      if (known === undefined) {
        remembered.set(token, { fingerprint });
        return "new";
      }
      if (known.fingerprint !== fingerprint) {
        throw new Refusal(
          "IdempotentParameterMismatchException",
          "The token was used before with other parameters",
        );
      }
      if (known.completedAtMs === undefined) {
        throw new Refusal("TransactionInProgressException", "The same request is still running");
      }
      return "completed";
    },
    complete(token, fingerprint) {
      remembered.delete(token);
      remembered.set(token, { fingerprint, completedAtMs: now() });
    },
    forget(token) {
      remembered.delete(token);
    },
  };
}

/** Equal for equal JSON, whatever the order of its fields. */
export function fingerprintOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value, sortedFields)).digest("base64");
}

function sortedFields(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
