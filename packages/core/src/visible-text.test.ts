import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoted } from "./stored.ts";
import { hasVisibleText, quotation, visibleText } from "./visible-text.ts";

describe("OUT-14: text from outside", () => {
  it.each([
    ["abc\u202Edef", "abc⟨U+202E⟩def"],
    ["a\u0000\n\u001b[31m", "a⟨U+0000⟩⟨U+000A⟩⟨U+001B⟩[31m"],
    ["\u200B\u2066\uFEFF\u00AD\u3164", "⟨U+200B⟩⟨U+2066⟩⟨U+FEFF⟩⟨U+00AD⟩⟨U+3164⟩"],
    ["\u{E0041}", "⟨U+E0041⟩"],
    ["\uD800", "⟨U+D800⟩"],
    ["Störung – 事故 🚨", "Störung – 事故 🚨"],
  ])("shows hidden characters by their numbers: %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it.each(["", " ", "\u200B", "\u00A0\u3000", "\u2800", "\u202E\u2066", "\n"])(
    "%j has nothing to be seen",
    (text) => {
      expect(hasVisibleText(text)).toBe(false);
    },
  );

  it("cannot end its quotation, whatever it is", () => {
    const outside = fc.oneof(fc.string({ unit: "binary" }), fc.constant('LOW" was checked; "'));
    fc.assert(
      fc.property(outside, (text) => {
        for (const shown of [quotation(text), quoted(text)]) {
          expect(shown).toMatch(/^"(?:[^"\\]|\\["\\])*"$/);
          expect(visibleText(shown)).toBe(shown);
        }
      }),
    );
  });

  it("has a visible character as soon as one is added", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(hasVisibleText(`${text}x`)).toBe(true);
      }),
    );
  });
});
