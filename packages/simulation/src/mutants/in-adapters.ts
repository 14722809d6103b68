import type { Mutant } from "./plant.ts";

export const ADAPTER_MUTANTS: readonly Mutant[] = [];
