import { describe, expect, it } from "vitest";
import { createRequestTokens, fingerprintOf, TOKEN_LIFETIME_MS } from "./request-tokens.ts";

describe("a request token", () => {
  it("is remembered for ten minutes after its completion, then new again", () => {
    let nowMs = 0;
    const tokens = createRequestTokens(() => nowMs);
    tokens.begin("token", "print");
    nowMs = 5000;
    tokens.complete("token", "print");
    nowMs = 5000 + TOKEN_LIFETIME_MS - 1;
    expect(tokens.begin("token", "print")).toBe("completed");
    nowMs += 1;
    expect(tokens.begin("token", "other print")).toBe("new");
  });

  it("does not expire while its transaction runs", () => {
    let nowMs = 0;
    const tokens = createRequestTokens(() => nowMs);
    tokens.begin("token", "print");
    nowMs = 2 * TOKEN_LIFETIME_MS;
    expect(() => tokens.begin("token", "print")).toThrow("still running");
  });
});

describe("a fingerprint", () => {
  it("is the same for fields in another order and differs for another value", () => {
    const print = fingerprintOf([{ a: 1, b: { c: "x", d: null } }]);
    expect(fingerprintOf([{ b: { d: null, c: "x" }, a: 1 }])).toBe(print);
    expect(fingerprintOf([{ a: 1, b: { c: "y", d: null } }])).not.toBe(print);
  });
});
