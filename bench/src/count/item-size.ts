import * as z from "zod";

/**
 * Sizes by DynamoDB's rules, from items as they travel:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */

/** An item as it travels: every value under the name of its type. */
export const WireItem = z.record(z.string(), z.record(z.string(), z.unknown()));
export type WireItem = z.infer<typeof WireItem>;

const CONTAINER_BYTES = 3;
const ELEMENT_BYTES = 1;

/** Bytes of an item: names and values of its attributes. */
export function itemBytes(item: WireItem): number {
  return Object.entries(item).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: Readonly<Record<string, unknown>>): number {
  const [[type, held] = ["NULL", true]] = Object.entries(value);
  switch (type) {
    case "S":
      return Buffer.byteLength(String(held));
    case "N":
      return numberBytes(String(held));
    case "L":
      return Wire.array().parse(held).reduce(addElement, CONTAINER_BYTES);
    case "M":
      return CONTAINER_BYTES + mapBytes(WireItem.parse(held));
    case "BOOL":
    case "NULL":
      return 1;
    default:
      throw new TypeError(`No item of this project holds a value of type ${type}.`);
  }
}

const Wire = z.record(z.string(), z.unknown());

function addElement(bytes: number, element: Readonly<Record<string, unknown>>): number {
  return bytes + ELEMENT_BYTES + valueBytes(element);
}

function mapBytes(map: WireItem): number {
  return itemBytes(map) + ELEMENT_BYTES * Object.keys(map).length;
}

/** One byte for each two significant digits and one more; another one for a minus sign. */
function numberBytes(text: string): number {
  const digits = text.replace(/^-?0*\.?0*|[.]|0+$/g, "").replace(/e.*$/i, "");
  return Math.ceil(Math.max(1, digits.length) / 2) + 1 + (text.startsWith("-") ? 1 : 0);
}
