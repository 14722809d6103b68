import type { InputIssue } from "@autonomy-gate/core/intent";

/** The codes a client may rely on; the message is for people. */
const STATUS = {
  VALIDATION: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_YOUR_ACCOUNT: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  BELOW_FLOOR: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  TOO_MANY_REQUESTS: 429,
} as const;

export type ErrorCode = keyof typeof STATUS;
export type ErrorStatus = (typeof STATUS)[ErrorCode];

/** Refuses a request, in words its sender may read. Anything else thrown is a bare 500. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  readonly issues: readonly InputIssue[];

  constructor(code: ErrorCode, message: string, issues: readonly InputIssue[] = []) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
    this.issues = issues;
  }
}

const ISSUES_MAX = 20;
const ISSUE_LENGTH_MAX = 200;

/** A 400 that names the places at fault, at most 20. */
export function invalid(issues: readonly InputIssue[]): HttpError {
  const shown = issues.slice(0, ISSUES_MAX).map(({ path, message }) => ({
    path: path.slice(0, ISSUE_LENGTH_MAX),
    message: message.slice(0, ISSUE_LENGTH_MAX),
  }));
  return new HttpError("VALIDATION", "The request is not valid.", shown);
}

/** The body of an error. */
export function errorBody({ message, code, issues }: HttpError) {
  return { error: message, code, ...(issues.length === 0 ? {} : { issues }) };
}
