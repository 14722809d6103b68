import * as z from "zod";

const Values = z.record(z.string(), z.unknown());

const Resource = z.object({ type: z.string(), name: z.string(), inputs: Values, state: Values });

/** What a stage asks of AWS. */
export const Synthesis = z.object({
  app: z.looseObject({ name: z.string(), removal: z.string(), protect: z.boolean() }),
  resources: z.array(Resource),
  /** By type and name. */
  options: z.record(z.string(), z.object({ retainOnDelete: z.boolean(), protect: z.boolean() })),
  /** Names of what the deploying person is told. */
  outputs: z.array(z.string()),
  links: z.array(z.object({ target: z.string(), properties: Values })),
});
export type Synthesis = z.infer<typeof Synthesis>;
export type SynthesisedResource = z.infer<typeof Resource>;
