import type { MatchCase } from "./pattern.cases.ts";

/** Patterns whose meaning lies in how fields belong together: `$or`, and arrays of objects. */

const OR: readonly MatchCase[] = [
  {
    rule: "$or beside a field",
    pattern: { source: ["s"], $or: [{ a: [1] }, { b: [{ prefix: "x" }] }] },
    matches: [
      { source: "s", a: 1 },
      { source: "s", b: "xy" },
    ],
    misses: [{ source: "s" }, { a: 1 }, { source: "s", a: 2, b: "y" }],
  },
  {
    rule: "$or inside $or",
    pattern: { $or: [{ a: [1] }, { b: [1], $or: [{ c: [1] }, { d: [1] }] }] },
    matches: [{ a: 1 }, { b: 1, c: 1 }, { b: 1, d: 1 }],
    misses: [{ b: 1 }, { c: 1, d: 1 }],
  },
  {
    rule: "two $or must both hold",
    pattern: { $or: [{ a: [1] }, { b: [1] }], detail: { $or: [{ c: [1] }, { d: [1] }] } },
    matches: [
      { a: 1, detail: { d: 1 } },
      { b: 1, detail: { c: 1 } },
    ],
    misses: [{ a: 1, b: 1 }, { detail: { c: 1 } }],
  },
  {
    rule: "$or that is no list of objects is a field's name",
    pattern: { $or: { a: [1] } },
    matches: [{ $or: { a: 1 } }],
    misses: [{ a: 1 }],
  },
  {
    rule: "$or with operators as names is a field's name",
    pattern: { $or: [{ numeric: ["=", 1] }, { prefix: "x" }] },
    matches: [{ $or: 1 }, { $or: "xy" }],
    misses: [{ numeric: 1 }, { $or: 2 }],
  },
];

const PEOPLE = [
  { first: "John", last: "Doe" },
  { first: "Anna", last: "Smith" },
];

const ARRAYS: readonly MatchCase[] = [
  {
    rule: "fields in an array of objects must share an element",
    pattern: { people: { first: ["Anna"], last: ["Smith"] } },
    matches: [
      { people: PEOPLE },
      { people: [PEOPLE] },
      { people: { first: "Anna", last: "Smith" } },
    ],
    misses: [{ people: [{ first: "Anna" }, { last: "Smith" }] }, { people: [] }],
  },
  {
    rule: "fields of different elements do not add up",
    pattern: { people: { first: ["Anna"], last: ["Doe"] } },
    matches: [{ people: [...PEOPLE, { first: "Anna", last: "Doe" }] }],
    misses: [{ people: PEOPLE }, { people: [[PEOPLE[0]], [PEOPLE[1]]] }],
  },
  {
    rule: "arrays within one element are bound to it",
    pattern: { a: { n: [1], b: { x: ["hit"] } } },
    matches: [{ a: [{ n: 1, b: [{ x: "no" }, { x: "hit" }] }] }],
    misses: [
      {
        a: [
          { n: 1, b: [{ x: "no" }] },
          { n: 2, b: [{ x: "hit" }] },
        ],
      },
    ],
  },
  {
    rule: "different arrays are free of each other",
    pattern: { a: { x: [1] }, b: { x: [2] } },
    matches: [{ a: [{ x: 0 }, { x: 1 }], b: [{ x: 2 }, { x: 0 }] }],
    misses: [{ a: [{ x: 2 }], b: [{ x: 1 }] }],
  },
  {
    rule: "a branch of $or shares the element too",
    pattern: { a: { n: [1] }, $or: [{ a: { x: [1] } }, { a: { y: [1] } }] },
    matches: [{ a: [{ n: 1, y: 1 }] }],
    misses: [{ a: [{ n: 1 }, { x: 1, y: 1 }] }],
  },
  {
    rule: "a missing field is missing from the element found",
    pattern: { a: { b: [1], z: [{ exists: false }] } },
    matches: [{ a: [{ b: 1 }, { z: 1 }] }],
    misses: [{ a: [{ b: 1, z: 1 }, { b: 2 }] }],
  },
  {
    rule: "a missing field that comes first is missing from all elements",
    pattern: { a: { a: [{ exists: false }], b: [1] } },
    matches: [{ a: [{ b: 1 }, { c: 1 }] }],
    misses: [{ a: [{ b: 1 }, { a: 1 }] }],
  },
  {
    rule: "a missing field alone is missing from all elements",
    pattern: { a: { x: [{ exists: false }] } },
    matches: [{ a: [{ y: 1 }] }, { a: [] }, { a: [1] }],
    misses: [{ a: [{ y: 1 }, { x: 1 }] }],
  },
];

export const STRUCTURE_CASES: readonly MatchCase[] = [...OR, ...ARRAYS];
