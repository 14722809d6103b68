import type * as z from "zod";

/**
 * Reads environment variables through their schema. Throws an error that names every missing or
 * malformed one, after a sentence that says what cannot start without them.
 */
export function parseEnvironment<S extends z.ZodType>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
  sentence: string,
): z.output<S> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`${sentence} ${problems.join("; ")}`);
}
