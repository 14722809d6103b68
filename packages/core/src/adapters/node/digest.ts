import { createHash } from "node:crypto";
import type { IntentRef } from "../../ids.ts";

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** SHA-256 of a text's UTF-8 bytes, as unpadded base64url (43 characters). */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64url");
}

/** `dec_` and 26 lower-case base32 characters: the same for ever for one intent of one account. */
export function decisionId(ref: IntentRef): string {
  return `dec_${shortDigest(textOf(ref))}`;
}

/** `apr_` and 26 such characters, for the approval of an intent and the event of its closing. */
export function approvalId(ref: IntentRef): string {
  return `apr_${shortDigest(`${textOf(ref)}\napproval`)}`;
}

function textOf({ tenant_id, account_id, action_intent_id }: IntentRef): string {
  return `${tenant_id}\n${account_id}\n${action_intent_id}`;
}

function shortDigest(text: string): string {
  const digest = createHash("sha256").update(text, "utf8").digest();
  return base32(digest.subarray(0, 16));
}

/** RFC 4648 base32 without padding, in lower case. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer & 0x1f) << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE32.charAt((buffer >> (bits - 5)) & 0x1f);
  }
  return bits === 0 ? text : text + BASE32.charAt((buffer << (5 - bits)) & 0x1f);
}
