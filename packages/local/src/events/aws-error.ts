/** A request EventBridge refuses as a whole; `name` is the code the SDK client throws. */
export class EventsError extends Error {
  override readonly name: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = code;
  }
}

export function validationError(message: string): EventsError {
  return new EventsError("ValidationException", message);
}

export function notFound(message: string): EventsError {
  return new EventsError("ResourceNotFoundException", message);
}
