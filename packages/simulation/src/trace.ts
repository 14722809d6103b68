/** What happened, in words, for whoever reads a failing seed. */
export interface Trace {
  /** The text is made only when somebody listens. */
  say(text: () => string): void;
}

export const SILENT: Trace = { say: () => {} };

/** Keeps lines with their virtual time, at most `linesMax`: the last ones. */
export function recordTrace(linesMax = 2_000): {
  lines: string[];
  traceAt: (nowMs: () => number) => Trace;
} {
  const lines: string[] = [];
  return {
    lines,
    traceAt: (nowMs) => ({
      say: (text) => {
        lines.push(`${nowMs().toFixed(1).padStart(12)} ms  ${text()}`);
        if (lines.length > linesMax) lines.shift();
      },
    }),
  };
}
