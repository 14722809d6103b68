import { resolve } from "node:path";
import { parseEnvironment } from "@autonomy-gate/core/values";
import * as z from "zod";

const PORT_MESSAGE = "must be a port, from 0 (any free one) to 65535";

const Port = z.coerce
  .number(PORT_MESSAGE)
  .int(PORT_MESSAGE)
  .min(0, PORT_MESSAGE)
  .max(65_535, PORT_MESSAGE)
  .default(0);

const Environment = z.object({
  AUTONOMY_STACK_FILE: z.string().min(1).default(".autonomy/stack.json"),
  AUTONOMY_VISIBILITY_TIMEOUT_SECONDS: z.coerce.number().int().min(0).max(43_200).optional(),
  AUTONOMY_CLOCK_OFFSET_SECONDS: z.coerce.number().int().default(0),
  AUTONOMY_PORT_DYNAMODB: Port,
  AUTONOMY_PORT_SQS: Port,
  AUTONOMY_PORT_EVENTS: Port,
  AUTONOMY_PORT_ADMIN: Port,
});

/** What the environment says of the one-machine stack. */
export interface LocalSettings {
  /** Absolute path of the stack file. */
  readonly stackFile: string;
  /** Seconds a received intent stays hidden; as deployed when absent. */
  readonly visibilityTimeoutSeconds?: number;
  /** Seconds by which the gate's clock is ahead of the machine's. */
  readonly clockOffsetSeconds: number;
  /** 0: any free port. */
  readonly ports: {
    readonly dynamodb: number;
    readonly sqs: number;
    readonly events: number;
    readonly admin: number;
  };
}

/** Throws an error that names every variable that is not usable. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): LocalSettings {
  const env = parseEnvironment(Environment, environment, "These settings are not usable.");
  const visibility = env.AUTONOMY_VISIBILITY_TIMEOUT_SECONDS;
  return {
    stackFile: resolve(env.AUTONOMY_STACK_FILE),
    ...(visibility === undefined ? {} : { visibilityTimeoutSeconds: visibility }),
    clockOffsetSeconds: env.AUTONOMY_CLOCK_OFFSET_SECONDS,
    ports: {
      dynamodb: env.AUTONOMY_PORT_DYNAMODB,
      sqs: env.AUTONOMY_PORT_SQS,
      events: env.AUTONOMY_PORT_EVENTS,
      admin: env.AUTONOMY_PORT_ADMIN,
    },
  };
}
