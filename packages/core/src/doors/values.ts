/** Errors, stored values, environments and text, shared by every package. */

export { defined } from "../defined.ts";
export { CommaList, Origin, parseEnvironment } from "../environment.ts";
export { PermanentError, TransientError } from "../errors.ts";
export { ABSENT, quoted, type Stored, storedAs } from "../stored.ts";
export { hasVisibleText, visibleText } from "../visible-text.ts";
