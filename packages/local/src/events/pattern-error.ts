/** A pattern EventBridge would refuse. `name` is the error code a client sees. */
export class InvalidEventPatternError extends Error {
  override readonly name = "InvalidEventPatternException";
  /** What is wrong, without the leading sentence of `message`. */
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(`Event pattern is not valid. Reason: ${reason}`, options);
    this.reason = reason;
  }
}
