import * as z from "zod";

export const SideName = z.enum(["gate", "peer"]);
export type SideName = z.infer<typeof SideName>;

/** What a worker is asked to do: batches of automatic intents, spread evenly over accounts. */
export const Run = z.object({
  batchSize: z.int().min(1),
  batches: z.int().min(1),
  accounts: z.int().min(1),
});
export type Run = z.infer<typeof Run>;

export const RunResult = z.object({
  decisions: z.number(),
  failures: z.number(),
  seconds: z.number(),
  /** Of the worker's process, all its threads. */
  cpuSeconds: z.number(),
});
export type RunResult = z.infer<typeof RunResult>;
