/** Why work could not be done now, although trying again may succeed. */
export type TransientCode =
  /** Another transaction holds the item. */
  | "CONFLICT"
  /** The service asked for fewer requests. */
  | "THROTTLED"
  /** No answer, or one that does not say whether the work was done. */
  | "UNAVAILABLE"
  /** A read took too long for what it found to be relied on. */
  | "SLOW_READ"
  /** This machine's clock and the service's are too far apart. */
  | "CLOCK"
  /** The time given for the work is over. */
  | "DEADLINE"
  /** A change is stored, but what was decided on the facts before it may still commit. */
  | "UNSETTLED";

/** The work was not, or perhaps not, done; doing it again is safe and may succeed. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly code: TransientCode;

  constructor(code: TransientCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The work can never succeed as asked: a person has to look. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
}
