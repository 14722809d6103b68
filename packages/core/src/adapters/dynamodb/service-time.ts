import type { BatchGetItemCommand } from "@aws-sdk/client-dynamodb";

/** The service's time in the reply to a command that was sent; `undefined`: it states none. */
export function serviceTimeOf(command: BatchGetItemCommand): () => number | undefined {
  let serviceEpochMs: number | undefined;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      serviceEpochMs = dateOf(result.response);
      return result;
    },
    { step: "deserialize", name: "serviceTime", priority: "high" },
  );
  return () => serviceEpochMs;
}

/** `Date`, which every service of AWS sends, in whole seconds. */
function dateOf(response: unknown): number | undefined {
  const { headers } = { headers: undefined, ...asObject(response) };
  const { date } = { date: undefined, ...asObject(headers) };
  const epochMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
