/** What EventBridge matches and misses, one rule a line. Every rule has events on both sides. */
export interface MatchCase {
  readonly rule: string;
  readonly pattern: unknown;
  readonly matches: readonly unknown[];
  readonly misses: readonly unknown[];
}

function field(
  rule: string,
  entries: readonly unknown[],
  values: { readonly matches: readonly unknown[]; readonly misses: readonly unknown[] },
): MatchCase {
  return {
    rule,
    pattern: { detail: { field: entries } },
    matches: values.matches.map((value) => ({ detail: { field: value } })),
    misses: values.misses.map((value) => ({ detail: { field: value } })),
  };
}

const EXACT: readonly MatchCase[] = [
  field("text equals the same text only", ["a"], {
    matches: ["a"],
    misses: ["A", "ab", "", null, 1],
  }),
  field("a number equals by value, never a text", [300], {
    matches: [300, 3e2],
    misses: ["300", 301],
  }),
  field("true is neither false nor a text", [true], {
    matches: [true],
    misses: [false, "true", 1],
  }),
  field("null is not an absent field's value", [null], {
    matches: [null],
    misses: ["", 0, "null"],
  }),
  field("the empty text is not null", [""], { matches: [""], misses: [null, " "] }),
  field("entries of a list are alternatives", ["a", 2, null], {
    matches: ["a", 2, null],
    misses: ["2"],
  }),
  field("any element of an array suffices", ["b"], {
    matches: [["a", "b"], [["b"]]],
    misses: [["a"], []],
  }),
  field("an object is no leaf", ["a"], {
    matches: [["a", { x: 1 }]],
    misses: [{ a: "a" }, [{ a: 1 }]],
  }),
  field("an address equals in any notation", ["::1"], {
    matches: ["::1", "0:0:0:0:0:0:0:1"],
    misses: ["::2"],
  }),
  {
    rule: "all fields must match",
    pattern: { source: ["s"], "detail-type": ["t"] },
    matches: [{ source: "s", "detail-type": "t", more: 1 }],
    misses: [{ source: "s" }, { source: "s", "detail-type": "u" }, {}],
  },
  {
    rule: "nested fields must match where they are",
    pattern: { detail: { a: { b: [1] } } },
    matches: [{ detail: { a: { b: 1, c: 2 } } }],
    misses: [{ detail: { b: 1 } }, { detail: { a: 1 } }, { detail: "a" }],
  },
  {
    rule: "a name with a dot is a path",
    pattern: { detail: { "state.status": ["on"] } },
    matches: [{ detail: { state: { status: "on" } } }, { detail: { "state.status": "on" } }],
    misses: [{ detail: { state: "on" } }, { state: { status: "on" } }],
  },
  {
    rule: "only an object is an event",
    pattern: { a: [1] },
    matches: [{ a: 1 }],
    misses: [[{ a: 1 }], "a", null],
  },
];

const TEXT: readonly MatchCase[] = [
  field("prefix", [{ prefix: "us-" }], {
    matches: ["us-", "us-east-1"],
    misses: ["eu-us-", "US-1", 5, null],
  }),
  field("an empty prefix is any text", [{ prefix: "" }], { matches: ["", "a"], misses: [1, null] }),
  field("prefix ignoring case", [{ prefix: { "equals-ignore-case": "EventB" } }], {
    matches: ["eventbridge", "EVENTB"],
    misses: ["event", "xeventb"],
  }),
  field("suffix", [{ suffix: ".png" }], {
    matches: [".png", "a.png"],
    misses: [".png.jpg", "a.PNG", 1],
  }),
  field("suffix ignoring case", [{ suffix: { "equals-ignore-case": ".PNG" } }], {
    matches: ["a.png", "a.PnG"],
    misses: ["png", "a.png "],
  }),
  field("equals-ignore-case", [{ "equals-ignore-case": "AlicE" }], {
    matches: ["alice", "ALICE"],
    misses: ["alic", "alice ", null],
  }),
  field("exactly", [{ exactly: "a" }], { matches: ["a"], misses: ["b"] }),
];

const WILDCARD: readonly MatchCase[] = [
  field("a star is any run, the empty one too", [{ wildcard: "a*c" }], {
    matches: ["ac", "abbc"],
    misses: ["acd", "c"],
  }),
  field("a star alone is any text", [{ wildcard: "*" }], {
    matches: ["", "x"],
    misses: [1, null, {}],
  }),
  field("no star is equality", [{ wildcard: "abc" }], { matches: ["abc"], misses: ["abcd", "ab"] }),
  field("pieces must follow each other", [{ wildcard: "dir/*/file*.txt" }], {
    matches: ["dir/x/file.txt", "dir/a/b/file9.txt"],
    misses: ["dir/file.txt", "dir/x/file.txt.bak"],
  }),
  field("pieces never overlap", [{ wildcard: "ab*ba" }], {
    matches: ["abba", "ab-ba"],
    misses: ["aba", "ab"],
  }),
  field("the last piece is left for the end", [{ wildcard: "*ab*ab" }], {
    matches: ["abab", "ababab"],
    misses: ["ab", "aba"],
  }),
  field("a repeated start is found again", [{ wildcard: "*aab*" }], {
    matches: ["aaab", "xaaaabx"],
    misses: ["aaa", "aba"],
  }),
  field("an escaped star is a star", [{ wildcard: "a\\*b*" }], {
    matches: ["a*b", "a*bc"],
    misses: ["axb", "a\\*b"],
  }),
  field("an escaped backslash is one", [{ wildcard: "a\\\\*" }], {
    matches: ["a\\", "a\\b"],
    misses: ["a", "a*"],
  }),
];

const ANYTHING_BUT: readonly MatchCase[] = [
  field("anything but a text", [{ "anything-but": "a" }], {
    matches: ["b", "", 1, null, true],
    misses: ["a"],
  }),
  field("anything but a number", [{ "anything-but": 5 }], {
    matches: [6, "5", null, 1e10],
    misses: [5, 5.0],
  }),
  field("anything but texts", [{ "anything-but": ["a", "b"] }], {
    matches: ["c", 1],
    misses: ["a", "b"],
  }),
  field("anything but numbers", [{ "anything-but": [1, 2] }], {
    matches: [3, "1"],
    misses: [1, 2],
  }),
  field("one other element suffices", [{ "anything-but": "a" }], {
    matches: [["a", "b"]],
    misses: [["a"], [], { b: 1 }],
  }),
  field("anything but a prefix", [{ "anything-but": { prefix: "init" } }], {
    matches: ["in", 7, null],
    misses: ["init", "initial"],
  }),
  field("anything but prefixes", [{ "anything-but": { prefix: ["a", "b"] } }], {
    matches: ["c"],
    misses: ["ax", "bx"],
  }),
  field("anything but a suffix", [{ "anything-but": { suffix: ".png" } }], {
    matches: ["a.jpg", 7],
    misses: ["a.png"],
  }),
  field("anything but suffixes", [{ "anything-but": { suffix: [".a", ".b"] } }], {
    matches: ["x.c"],
    misses: ["x.a", "x.b"],
  }),
  field("anything but ignoring case", [{ "anything-but": { "equals-ignore-case": "On" } }], {
    matches: ["off", 1],
    misses: ["ON", "on"],
  }),
  field(
    "anything but any of some ignoring case",
    [{ "anything-but": { "equals-ignore-case": ["a", "b"] } }],
    { matches: ["c"], misses: ["A", "B"] },
  ),
  field("anything but a wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], {
    matches: ["/bin/x", 3],
    misses: ["/lib/", "a/lib/b"],
  }),
  field("anything but wildcards", [{ "anything-but": { wildcard: ["a*", "*b"] } }], {
    matches: ["ba"],
    misses: ["ax", "xb"],
  }),
  {
    rule: "anything-but needs the field",
    pattern: { a: [{ "anything-but": "x" }] },
    matches: [{ a: "y" }],
    misses: [{}, { b: "y" }],
  },
];

const NUMERIC: readonly MatchCase[] = [
  field("numeric =", [{ numeric: ["=", 3.018e2] }], {
    matches: [301.8],
    misses: [301.800001, "301.8"],
  }),
  field("numeric <", [{ numeric: ["<", 10] }], {
    matches: [9.999999, -5e9],
    misses: [10, "9", null],
  }),
  field("numeric <=", [{ numeric: ["<=", 10] }], { matches: [10], misses: [10.000001] }),
  field("numeric >", [{ numeric: [">", 0] }], { matches: [0.000001], misses: [0, -1] }),
  field("numeric >=", [{ numeric: [">=", 0] }], { matches: [0, 5e9], misses: [-0.000001, true] }),
  field("a range closed above", [{ numeric: [">", 0, "<=", 5] }], {
    matches: [0.5, 5],
    misses: [0, 5.1],
  }),
  field("a range closed below", [{ numeric: [">=", -1, "<", 1] }], {
    matches: [-1, 0],
    misses: [1, -1.1],
  }),
  field("numbers beyond five billion never compare", [{ numeric: [">", 0] }], {
    matches: [1],
    misses: [5e9 + 1, 1e300],
  }),
];

const PRESENCE: readonly MatchCase[] = [
  field("exists: any leaf, null too", [{ exists: true }], {
    matches: [null, "", 0, false, ["a"]],
    misses: [{ a: 1 }, [], [{ a: 1 }]],
  }),
  field("exists: false where there is no leaf", [{ exists: false }], {
    matches: [{ a: 1 }, []],
    misses: [null, "", ["a"]],
  }),
  {
    rule: "exists: false for a missing field",
    pattern: { a: { b: [{ exists: false }] } },
    matches: [{}, { a: 1 }, { a: {} }],
    misses: [{ a: { b: 0 } }],
  },
  {
    rule: "missing or equal",
    pattern: { a: [{ exists: false }, "x"] },
    matches: [{}, { a: "x" }],
    misses: [{ a: "y" }],
  },
];

const ADDRESS: readonly MatchCase[] = [
  field("cidr of version 4", [{ cidr: "10.0.0.0/24" }], {
    matches: ["10.0.0.0", "10.0.0.255"],
    misses: ["10.0.1.0", "::ffff:10.0.0.1", "10.0.0", 10],
  }),
  field("cidr counts from its network, not its address", [{ cidr: "10.0.0.77/24" }], {
    matches: ["10.0.0.1"],
    misses: ["10.0.1.77"],
  }),
  field("cidr of every address", [{ cidr: "0.0.0.0/0" }], {
    matches: ["255.255.255.255"],
    misses: ["::1", "x"],
  }),
  field("cidr of version 6", [{ cidr: "2001:db8::/32" }], {
    matches: ["2001:db8::1", "2001:0DB8:ffff::"],
    misses: ["2001:db9::", "10.0.0.1"],
  }),
];

export const FIELD_CASES: readonly MatchCase[] = [
  ...EXACT,
  ...TEXT,
  ...WILDCARD,
  ...ANYTHING_BUT,
  ...NUMERIC,
  ...PRESENCE,
  ...ADDRESS,
];
