import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { PutRule, Target } from "./requests.ts";

/** Buses, rules and targets as a file holds them: the requests that make them again. */
const SavedRules = z.array(
  z.object({
    bus: z.string(),
    rules: z.array(z.object({ rule: PutRule, targets: z.array(Target) })),
  }),
);
type SavedRules = z.infer<typeof SavedRules>;

/** Where rules are kept. */
export interface RuleFile {
  read(): SavedRules;
  /** Before the request that changed a rule is answered. */
  write(rules: SavedRules): void;
}

/** `path` absent: nothing is read or written. */
export function ruleFile(path: string | undefined): RuleFile {
  if (path === undefined) return { read: () => [], write: () => {} };
  return {
    read: () => (existsSync(path) ? SavedRules.parse(JSON.parse(readFileSync(path, "utf8"))) : []),
    write: (rules) => {
      const unfinished = `${path}.${process.pid}`;
      writeFileSync(unfinished, JSON.stringify(rules));
      renameSync(unfinished, path);
    },
  };
}
