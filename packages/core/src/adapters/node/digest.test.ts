import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCOUNT } from "../../../test/fixtures.ts";
import { AccountId, IntentId, TenantId } from "../../ids.ts";
import { decisionId, sha256 } from "./digest.ts";

test("the fingerprint is SHA-256 over UTF-8, computed by other means", async () => {
  for (const text of ["", "ä", "a\u0308", '{"text":"😀"}']) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    expect(sha256(text)).toBe(Buffer.from(digest).toString("base64url"));
  }
});

test("the decision id is that of the contract, computed by other means", async () => {
  const ref = { ...ACCOUNT, action_intent_id: IntentId.parse("ai_1769600000000_x7k2") };
  expect(decisionId(ref)).toBe(await contractDecisionId("acme\nacct_42\nai_1769600000000_x7k2"));
  expect(decisionId(ref)).toMatch(/^dec_[a-z2-7]{26}$/);
});

test("the decision id agrees with an independent computation for any ids", async () => {
  const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,20}$/);
  await fc.assert(
    fc.asyncProperty(ids, ids, ids, async (tenant, account, intent) => {
      const ref = {
        tenant_id: TenantId.parse(tenant),
        account_id: AccountId.parse(account),
        action_intent_id: IntentId.parse(intent),
      };
      expect(decisionId(ref)).toBe(await contractDecisionId(`${tenant}\n${account}\n${intent}`));
    }),
    { numRuns: 500 },
  );
});

/** As the decision id is specified, by WebCrypto and the digits of one big number. */
async function contractDecisionId(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  // 128 bits are 25 digits of 5 bits and 3 bits over, filled up with two zeros.
  let rest = bytes.subarray(0, 16).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) * 4n;
  let id = "";
  for (let digit = 0; digit < 26; digit++) {
    id = "abcdefghijklmnopqrstuvwxyz234567".charAt(Number(rest % 32n)) + id;
    rest /= 32n;
  }
  return `dec_${id}`;
}
