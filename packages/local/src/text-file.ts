import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";

/** Byte order marks, the longer ones first: UTF-32's begins with that of UTF-16. */
const MARKS = [
  { encoding: "utf-32", bytes: [0xff, 0xfe, 0, 0] },
  { encoding: "utf-32", bytes: [0, 0, 0xfe, 0xff] },
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

type Encoding = (typeof MARKS)[number]["encoding"];

/**
 * The text of a file, or of standard input for `-`. Throws an error that names it when it cannot be
 * read, or is neither UTF-8 nor UTF-16.
 */
export async function readText(file: string): Promise<string> {
  if (file === "-") return decodeText(await buffer(process.stdin), "standard input");
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return decodeText(bytes, file);
}

/** Decodes UTF-8 and UTF-16 with or without a byte order mark; no byte is replaced. */
export function decodeText(bytes: Uint8Array, name: string): string {
  const encoding = encodingOf(bytes);
  if (encoding === "utf-32") throw new Error(`${name} is UTF-32. Save it as UTF-8.`);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`${name} is not valid ${encoding.toUpperCase()}. Save it as UTF-8.`, { cause });
  }
}

/** Without a mark: JSON begins with an ASCII character, whose other byte is zero in UTF-16. */
function encodingOf(bytes: Uint8Array): Encoding {
  const marked = MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return marked.encoding;
  const [first, second] = bytes;
  if (first === 0 && second !== 0) return "utf-16be";
  return first !== 0 && second === 0 ? "utf-16le" : "utf-8";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
