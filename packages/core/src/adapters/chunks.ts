/** Bounds of one request. */
export interface ChunkBounds {
  readonly countMax: number;
  readonly bytesMax: number;
}

/**
 * Splits values, in order, into chunks that keep to both bounds. A value larger than `bytesMax`
 * has a chunk of its own, for the service to refuse.
 */
export function chunkBySize<T>(
  values: readonly T[],
  bytesOf: (value: T) => number,
  { countMax, bytesMax }: ChunkBounds,
): T[][] {
  const chunks: T[][] = [];
  let chunk: T[] = [];
  let chunkBytes = 0;
  for (const value of values) {
    const bytes = bytesOf(value);
    if (chunk.length > 0 && (chunk.length === countMax || chunkBytes + bytes > bytesMax)) {
      chunks.push(chunk);
      chunk = [];
      chunkBytes = 0;
    }
    chunk.push(value);
    chunkBytes += bytes;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
