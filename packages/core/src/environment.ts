import * as z from "zod";

/** Comma-separated; space around the parts is ignored, and empty ones are none. */
export const CommaList = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

/** An origin as browsers send it: anything else, such as one with a slash at its end, never matches. */
export const Origin = z
  .string()
  .refine(
    (text) => URL.parse(text)?.origin === text,
    "must be an origin such as https://console.example.com, with nothing after the host or port",
  );

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
