import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkBySize } from "./chunks.ts";

test("values are split in order into the fewest chunks that keep to both bounds", () => {
  const sizes = fc.array(fc.nat(30));
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 5 }), fc.nat(40), (values, countMax, bytesMax) => {
      const chunks = chunkBySize(values, (value) => value, { countMax, bytesMax });
      expect(chunks.flat()).toEqual(values);
      const bytesOf = (chunk: readonly number[]) => chunk.reduce((sum, value) => sum + value, 0);
      for (const [index, chunk] of chunks.entries()) {
        expect(chunk.length).toBeGreaterThan(0);
        expect(chunk.length).toBeLessThanOrEqual(countMax);
        if (chunk.length > 1) expect(bytesOf(chunk)).toBeLessThanOrEqual(bytesMax);
        const next = chunks[index + 1]?.[0];
        if (next === undefined || chunk.length === countMax) continue;
        expect(bytesOf(chunk) + next).toBeGreaterThan(bytesMax);
      }
    }),
  );
});
