import fc from "fast-check";
import * as z from "zod";

/** Arbitrary values of a JSON schema, as far as the OpenAPI document uses the language. */

const JsonSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  example: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.unknown().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
});
type JsonSchema = z.infer<typeof JsonSchema>;

export interface Language {
  /** Finds what a `$ref` names. */
  readonly resolve: (ref: string) => unknown;
  /** Whether fields that may be left out are made too. */
  readonly optional: boolean;
}

const TEXT_MAX = 40;

export function arbitraryOf(raw: unknown, language: Language): fc.Arbitrary<unknown> {
  const schema = JsonSchema.parse(raw ?? {});
  if (schema.$ref !== undefined) return arbitraryOf(language.resolve(schema.$ref), language);
  if (schema.example !== undefined) return fc.constant(schema.example);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    return fc.oneof(...choices.map((choice) => arbitraryOf(choice, language)));
  }
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => arbitraryOf({ ...schema, type }, language)));
  }
  return typed(schema, language);
}

function typed(schema: JsonSchema, language: Language): fc.Arbitrary<unknown> {
  const { minimum: min = -1_000, maximum: max = 1_000 } = schema;
  switch (schema.type) {
    case "string":
      return text(schema);
    case "integer":
      return fc.integer({ min, max });
    case "number":
      return fc.double({ min, max, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(arbitraryOf(schema.items, language), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, 3),
      });
    case "object":
      return objects(schema, language);
    default:
      return fc.jsonValue({ maxDepth: 3 });
  }
}

function text({ pattern, format, minLength = 0, maxLength = TEXT_MAX }: JsonSchema) {
  if (pattern !== undefined && format === undefined) return fc.stringMatching(new RegExp(pattern));
  if (format === "date") {
    return fc
      .date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
  }
  if (format === "date-time") {
    return fc
      .date({ min: new Date("2026-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  return fc.string({ minLength, maxLength: Math.min(maxLength, TEXT_MAX), unit: "grapheme" });
}

function objects(schema: JsonSchema, language: Language): fc.Arbitrary<unknown> {
  const required = schema.required ?? [];
  const properties = Object.entries(schema.properties ?? {}).filter(
    ([name]) => language.optional || required.includes(name),
  );
  const fields = fc.record(
    Object.fromEntries(properties.map(([name, field]) => [name, arbitraryOf(field, language)])),
    { requiredKeys: required },
  );
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== "object" || !language.optional) return fields;
  const more = fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/),
    arbitraryOf(additionalProperties, language),
    { maxKeys: 3 },
  );
  return fc.tuple(more, fields).map(([extra, known]) => Object.assign({}, extra, known));
}
