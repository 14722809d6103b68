/** What commands say to the person who ran them. */

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A command whose answer cannot be written has failed, and says so where it still can. */
export function failWithoutOutput(): void {
  process.stdout.on("error", fail);
  process.stderr.on("error", fail);
}

function fail(error: Error): void {
  if (process.stderr.writable && process.stderr.errored === null) {
    complain(`The output cannot be written: ${error.message}`);
  }
  process.exit(1);
}

/**
 * For a command that serves others: a full disk or a closed pipe costs its log, not its work.
 *
 * @param onFailure called at each failure
 */
export function outliveOutput(onFailure: (error: Error) => void = () => {}): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off("error", fail);
    stream.on("error", onFailure);
  }
}

/** An error as one line for a person: what went wrong, not where in the code. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}
