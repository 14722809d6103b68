import { quoted } from "../stored.ts";

/** A confidence as received. `MISSING`: absent or null. `INVALID`: not a number from 0 to 1. */
export type Confidence =
  | { readonly status: "VALID"; readonly value: number }
  | { readonly status: "MISSING" }
  | { readonly status: "INVALID"; readonly found: string };

/** Reads a confidence without ever rounding or rescaling it: 87 is not 0.87. */
export function readConfidence(received: unknown): Confidence {
  if (received === undefined || received === null) return { status: "MISSING" };
  if (typeof received !== "number" || !(received >= 0 && received <= 1)) {
    return { status: "INVALID", found: describe(received) };
  }
  // -0 is 0 for every store.
  return { status: "VALID", value: received === 0 ? 0 : received };
}

/** JSON has no NaN or Infinity; callers in the same process do. */
function describe(received: unknown): string {
  return typeof received === "number" ? String(received) : quoted(received);
}
