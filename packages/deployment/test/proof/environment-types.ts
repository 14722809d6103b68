import type { Synthesis } from "../synthesis/synthesis.ts";

/** The part of `sst-env.d.ts` that depends on the stage, as SST 4.17.1 writes it after a deployment. */
export function environmentTypes({ links }: Synthesis): string {
  const resources = Object.fromEntries(links.map(({ target, properties }) => [target, properties]));
  const members = entries(resources).map(([name, properties]) => {
    const fields = entries(Object(properties)).map(
      ([field, value]) =>
        `      "${field}": ${field === "type" ? JSON.stringify(value) : typeName(value)}\n`,
    );
    return `    "${name}": {\n${fields.join("")}    }\n`;
  });
  return `declare module "sst" {\n  export interface Resource {\n${members.join("")}  }\n}\n`;
}

function entries(values: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

function typeName(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? typeof value : "any";
}
