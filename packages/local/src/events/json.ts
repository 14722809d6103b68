/** What a JSON text can hold, where its shape is not ours to fix. */

export type Scalar = string | number | boolean | null;

export type JsonObject = { readonly [key: string]: unknown };

export function isScalar(value: unknown): value is Scalar {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An own property only: `__proto__` and `constructor` are names like any other. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/gs;

/** How deep the brackets of a valid JSON text nest. */
export function nestingDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [bracket] of json.replace(STRING, "").matchAll(/[[\]{}]/g)) {
    depth += bracket === "{" || bracket === "[" ? 1 : -1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
