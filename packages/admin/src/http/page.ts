import { sha256 } from "@autonomy-gate/core/adapters";
import type { Page } from "@autonomy-gate/core/ports";
import canonicalize from "canonicalize";
import * as z from "zod";
import { invalid } from "./errors.ts";

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 100;

/** Query parameters of every route that lists. */
export const PageQuery = {
  limit: z
    .string()
    .regex(/^[0-9]{1,3}$/, `must be a whole number from 1 to ${PAGE_MAX}`)
    .transform(Number)
    .pipe(z.int().min(1).max(PAGE_MAX))
    .optional()
    .meta({
      description: `Items a page, 1 to ${PAGE_MAX}; default ${PAGE_DEFAULT}.`,
      type: "integer",
      minimum: 1,
      maximum: PAGE_MAX,
    }),
  next_token: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .meta({ description: "`next_token` of the page before, with the same other parameters." }),
};

/** DynamoDB's sort keys have at most 1,024 bytes, and `AUTONOMY#` takes 9 of them. */
const PLACE_BYTES_MAX = 1_015;

/** Where a page ended: the rest of some sort key, since others may have named what is listed. */
export const Place = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed() && Buffer.byteLength(text) <= PLACE_BYTES_MAX);

const Token = z.strictObject({
  v: z.literal(1),
  /** Digest of the question the page answered. */
  q: z.string(),
  /** Where the page ended. */
  at: Place,
});

/**
 * A token that goes on with a list, for the same question only. It holds no authority: the scope of
 * every page comes from the request and its credential, and the token says where in it to go on.
 */
export function tokenFor(question: unknown, place: string): string {
  const token: z.infer<typeof Token> = { v: 1, q: digest(question), at: place };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/**
 * Where to go on; throws a 400 when the token is not one, is for another question, or names what is
 * no place of the list: anyone can make one.
 */
export function placeIn(
  token: string | undefined,
  question: unknown,
  place: z.ZodType<string> = Place,
): string | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, "base64url").toString("utf8");
  const parsed = Token.extend({ at: place }).safeParse(jsonOrNothing(text));
  if (parsed.success && parsed.data.q === digest(question)) return parsed.data.at;
  throw invalid([{ path: "query.next_token", message: "is not a token of this list" }]);
}

/** The token for the page after this one, as a field of the answer; none after the last. */
export function nextToken({ next }: Page<unknown>, question: unknown): { next_token?: string } {
  return next === undefined ? {} : { next_token: tokenFor(question, next) };
}

function digest(question: unknown): string {
  return sha256(canonicalize(question) ?? "");
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
