import { describe, expect, it } from "vitest";
import { huntAll } from "./hunt-all.ts";
import { ALL_MUTANTS } from "./list.ts";
import { mutated, sourceOf } from "./plant.ts";

/** Those that die within a few seeds: the others are hunted by `pnpm simulate --mutants`. */
const QUICK = [
  "emit-before-commit",
  "room-not-clamped",
  "own-commit-assumed",
  "no-dedupe",
  "refusal-of-entries-ignored",
];

describe("the simulation", () => {
  it.each(ALL_MUTANTS)("still finds where $name belongs", (mutant) => {
    const source = sourceOf(mutant);
    expect(mutated(mutant, source)).not.toBe(source);
  });

  it("knows each bug by one name", () => {
    expect(new Set(ALL_MUTANTS.map(({ name }) => name)).size).toBe(ALL_MUTANTS.length);
    expect(ALL_MUTANTS.length).toBeGreaterThanOrEqual(25);
  });

  it.each(QUICK)("sees %s", async (name) => {
    const mutants = ALL_MUTANTS.filter((mutant) => mutant.name === name);
    for await (const found of huntAll(mutants, 300)) expect(found.killedBy).toBeDefined();
    expect(mutants).toHaveLength(1);
  });
});
