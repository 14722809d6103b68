import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CountingBed, createCountingBed } from "../src/count/bed.ts";
import { expectedCounts } from "../src/count/formula.ts";
import { SHAPES } from "../src/count/shapes.ts";

describe("without faults a batch costs AWS what the formula says (invariant 15)", () => {
  let bed: CountingBed;
  beforeAll(async () => {
    bed = await createCountingBed();
  });
  afterAll(() => bed.close());

  for (const shape of SHAPES) {
    const { size, kind, spread } = shape;
    it(`${size} ${kind}, ${spread}`, async () => {
      const { bytesOut: _, modelledLatencyMs: __, ...counts } = await bed.count("gate", shape);
      const expected = expectedCounts({
        intents: size,
        accounts: spread === "one-account" ? 1 : size,
        automatic: kind === "automatic",
        recordUnits: 1,
      });
      expect(counts).toEqual(expected);
    });
  }

  it("bytes out grow by the same for every intent", async () => {
    for (const kind of ["automatic", "held", "spent"] as const) {
      const bytes = async (size: number) =>
        (await bed.count("gate", { size, kind, spread: "one-account" })).bytesOut;
      const [one, ten, fifty] = [await bytes(1), await bytes(10), await bytes(50)];
      const perIntent = (ten - one) / 9;
      expect(Math.abs(fifty / (one + 49 * perIntent) - 1)).toBeLessThan(0.01);
    }
  });
});

describe("under a ceiling a batch costs what the formula says, and nothing else costs more", () => {
  let bed: CountingBed;
  beforeAll(async () => {
    bed = await createCountingBed();
    await bed.setCeiling();
  });
  afterAll(() => bed.close());

  for (const shape of SHAPES.filter(({ kind }) => kind === "automatic")) {
    const { size, kind, spread } = shape;
    it(`${size} ${kind}, ${spread}`, async () => {
      const { bytesOut: _, modelledLatencyMs: __, ...counts } = await bed.count("gate", shape);
      const accounts = spread === "one-account" ? 1 : size;
      const batch = { intents: size, accounts, automatic: true, recordUnits: 1, ceiling: true };
      expect(counts).toEqual(expectedCounts(batch));
    });
  }

  it("and an automatic record weighs less than 1 KB", async () => {
    expect(await bed.recordBytes("automatic")).toBeLessThanOrEqual(1_024);
  });
});

describe("an ordinary record", () => {
  let bed: CountingBed;
  beforeAll(async () => {
    bed = await createCountingBed();
  });
  afterAll(() => bed.close());

  it("weighs less than 1 KB, whatever was decided", async () => {
    for (const kind of ["automatic", "held", "spent"] as const) {
      expect(await bed.recordBytes(kind), kind).toBeLessThanOrEqual(1_024);
    }
  });
});
