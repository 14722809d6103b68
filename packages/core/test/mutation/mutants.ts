/** One token of a source file, and what it is changed to. */
export interface Mutant {
  readonly file: string;
  readonly offset: number;
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

/** What each token becomes: comparisons, booleans, logical operators, and one more or one less. */
const CHANGES: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  true: "false",
  false: "true",
  "+ 1": "- 1",
  "- 1": "+ 1",
  0: "1",
  1: "2",
};

/** The formatter puts spaces around operators and none around a type's brackets. */
const TOKEN =
  /(?<= )(?:===|!==|<=|>=|<|>|&&|\|\||\?\?|[+-] 1\b)(?=\s)|(?<![\w.$"-])(?:true|false|0|1)(?![\w.$"])/g;

/** What is no code that runs: comments, texts, patterns and types. */
const NOT_RUN = [
  /\/\*[\s\S]*?\*\//g,
  /\/\/.*$/gm,
  /"(?:[^"\\\n]|\\.)*"/g,
  /`(?:[^`\\]|\\.)*`/g,
  /(?<=[(,=:!&|?] ?)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+\/[a-z]*/g,
  /^(?:export )?(?:interface|type) [\s\S]*?^(?=\S)(?![}|])/gm,
  /^ *readonly [^=\n]*;$/gm,
];

/** Every mutant of a file. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const code = NOT_RUN.reduce(
    (text, pattern) => text.replace(pattern, (part) => part.replace(/[^\n]/g, "_")),
    source,
  );
  return [...code.matchAll(TOKEN)].flatMap(({ 0: from, index: offset }) => {
    const to = CHANGES[from];
    const line = source.slice(0, offset).split("\n").length;
    return to === undefined ? [] : [{ file, offset, line, from, to }];
  });
}

export function mutated(source: string, { offset, from, to }: Mutant): string {
  return `${source.slice(0, offset)}${to}${source.slice(offset + from.length)}`;
}
