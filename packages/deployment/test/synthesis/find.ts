import * as z from "zod";
import type { Synthesis, SynthesisedResource } from "./synthesis.ts";

/** Resources of an AWS type such as `sqs/queue:Queue`. */
export function ofType({ resources }: Synthesis, type: string): SynthesisedResource[] {
  return resources.filter((resource) => resource.type === `aws:${type}`);
}

/** The one resource of a logical name; throws when there is none. */
export function named(synthesis: Synthesis, name: string): SynthesisedResource {
  const found = synthesis.resources.filter(
    (resource) => resource.name === name && resource.type.startsWith("aws:"),
  );
  const [resource] = found;
  if (resource === undefined || found.length > 1) {
    throw new Error(`There are ${found.length} resources called ${name}, not one.`);
  }
  return resource;
}

/** A text among what AWS would know of a resource. */
export function text({ state, name }: SynthesisedResource, property: string): string {
  return z.string({ error: `${name} has no ${property}` }).parse(state[property]);
}

export function arnOf(synthesis: Synthesis, name: string): string {
  return text(named(synthesis, name), "arn");
}

const OneOrMore = z.union([z.string().transform((value) => [value]), z.array(z.string())]);

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([z.literal("*"), z.record(z.string(), OneOrMore)]).optional(),
  Action: OneOrMore,
  Resource: OneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), z.array(z.string()))).optional(),
});
export type Statement = z.infer<typeof Statement>;

const Policy = z.strictObject({ Version: z.literal("2012-10-17"), Statement: z.array(Statement) });

/** The statements of a policy document in JSON. */
export function statements(policy: unknown): Statement[] {
  return Policy.parse(JSON.parse(z.string().parse(policy))).Statement;
}
