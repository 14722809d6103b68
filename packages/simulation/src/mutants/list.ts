import { ADAPTER_MUTANTS } from "./in-adapters.ts";
import { APPROVAL_MUTANTS } from "./in-approvals.ts";
import { GATE_MUTANTS } from "./in-gate.ts";
import { CEILING_MUTANTS } from "./of-ceilings.ts";
import type { Mutant } from "./plant.ts";

export const ALL_MUTANTS: readonly Mutant[] = [
  ...GATE_MUTANTS,
  ...CEILING_MUTANTS,
  ...ADAPTER_MUTANTS,
  ...APPROVAL_MUTANTS,
];
