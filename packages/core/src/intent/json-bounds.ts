/** One thing wrong with an input: where, and what would be right. */
export interface InputIssue {
  /** Dotted path from the event's detail, such as `data.expires_at`. */
  readonly path: string;
  readonly message: string;
}

/** Largest `data`, in UTF-8 bytes of its canonical form. */
export const DATA_BYTES_MAX = 128 * 1024;

/** Deepest nesting of objects and arrays in `data`; `data` itself is the first level. */
export const DATA_DEPTH_MAX = 32;

interface Visit {
  readonly value: unknown;
  readonly path: string;
  readonly depth: number;
}

/**
 * Finds what keeps parsed JSON from having an RFC 8785 form, or nests it too deeply: the first such
 * thing, or nothing. Needs no recursion, so no nesting can exhaust the stack.
 */
export function findJsonIssue(data: unknown, rootPath: string): InputIssue | undefined {
  const pending: Visit[] = [{ value: data, path: rootPath, depth: 1 }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const message = scalarIssue(visit.value) ?? depthIssue(visit);
    if (message !== undefined) return { path: visit.path, message };
    // One by one: an array may hold more values than a call can take arguments.
    for (const child of childrenOf(visit)) pending.push(child);
  }
  return undefined;
}

/** Length of a text in UTF-8, in bytes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function scalarIssue(value: unknown): string | undefined {
  if (typeof value === "string" && !value.isWellFormed()) return "must be well-formed Unicode";
  if (typeof value === "number" && !Number.isFinite(value)) {
    return "must be a number that a double can hold";
  }
  return undefined;
}

function depthIssue({ value, depth }: Visit): string | undefined {
  if (depth <= DATA_DEPTH_MAX || typeof value !== "object" || value === null) return undefined;
  return `must be nested at most ${DATA_DEPTH_MAX} deep`;
}

function* childrenOf({ value, path, depth }: Visit): Generator<Visit> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const childPath = `${path}.${key}`;
    if (!key.isWellFormed()) yield { value: key, path, depth };
    yield { value: child, path: childPath, depth: depth + 1 };
  }
}
