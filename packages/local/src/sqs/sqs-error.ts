/** A request that SQS refuses; `code` is the name of the error that the SDK's client throws. */
export class SqsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
