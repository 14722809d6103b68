/** Collects all garbage. Throws when Node was started without --expose-gc. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("Start the bench with node --expose-gc.");
  globalThis.gc();
}

export function heapBytes(): number {
  return process.memoryUsage().heapUsed;
}
