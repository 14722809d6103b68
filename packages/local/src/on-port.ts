/** A port that a setting asks for; 0 is any free one. */
export interface WantedPort {
  readonly port: number;
  /** The environment variable that sets it. */
  readonly variable: string;
}

/** Starts a server on a port. Throws an error that says what to change when that is taken. */
export async function onPort<T>(
  { port, variable }: WantedPort,
  start: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await start(port);
  } catch (cause) {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!isTaken) throw cause;
    throw new Error(
      `Port ${port} is taken already. Set ${variable} to another one, or to 0 for any that is free.`,
      { cause },
    );
  }
}
