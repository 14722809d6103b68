import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../test/runs.ts";
import { RiskLevel, readRiskLevel } from "./risk.ts";

test.each([
  ["LOW", "LOW"],
  ["Critical", "CRITICAL"],
  ["minimal", "MINIMAL"],
  [" high\n", "HIGH"],
  ["\t\v\f\r medium ", "MEDIUM"],
])("reads %j as %s", (received, level) => {
  expect(readRiskLevel(received)).toBe(level);
});

test.each([
  "mınımal",
  "mİnimal",
  "\u00a0LOW",
  "LOW\ufeff",
  "\u2003LOW",
  "LOW\u2028",
  "ＬＯＷ",
  "LOW LOW",
  "L OW",
  "LOW|HIGH",
  "",
  " ",
  "EXTREME",
  3,
  null,
  ["LOW"],
])("%j is no risk level", (received) => {
  expect(readRiskLevel(received)).toBeUndefined();
});

test("no letter beyond ASCII stands for one of a level's", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...RiskLevel.options),
      fc.nat(),
      beyondAscii(),
      (level, at, other) => {
        const place = at % level.length;
        expect(
          readRiskLevel(level.slice(0, place) + other + level.slice(place + 1)),
        ).toBeUndefined();
        expect(readRiskLevel(other + level)).toBeUndefined();
        expect(readRiskLevel(level + other)).toBeUndefined();
      },
    ),
    { numRuns: runs(10_000) },
  );
});

test("takes time that grows with the text, not with its square", () => {
  const spaces = " ".repeat(4_000_000);
  expect(readRiskLevel(`${spaces}x${spaces}`)).toBeUndefined();
  expect(readRiskLevel(`${spaces}low${spaces}`)).toBe("LOW");
});

function beyondAscii() {
  return fc.integer({ min: 0x80, max: 0x2fff }).map((code) => String.fromCodePoint(code));
}
