import type { Stored } from "../stored.ts";
import { type AutonomyMode, MODE_LEVELS, type ModeLevel, type ModeSource } from "./mode.ts";

export type ModeLevels = Readonly<Record<ModeLevel, Stored<AutonomyMode>>>;

export interface ResolvedMode {
  /** `null` when the level that answers holds something that is not a mode. */
  readonly mode: AutonomyMode | null;
  readonly source: ModeSource;
  /** What was found instead of a mode. */
  readonly found?: string;
}

/**
 * The mode in force: the first configured level answers, in the order of `MODE_LEVELS`. A level
 * that holds something unreadable answers too (it never falls through to a more permissive one).
 * None configured: APPROVAL_REQUIRED.
 */
export function resolveMode(levels: ModeLevels): ResolvedMode {
  const found = levelInForce(levels);
  if (found === undefined) return { mode: "APPROVAL_REQUIRED", source: "NOT_CONFIGURED" };
  const { source, stored } = found;
  if (stored.status === "readable") return { mode: stored.value, source };
  return { mode: null, source, found: stored.found };
}

/** The first level at which something is stored, readable or not; `undefined`: there is none. */
export function levelInForce<T>(levels: Readonly<Record<ModeLevel, Stored<T>>>):
  | {
      readonly source: ModeLevel;
      readonly stored: Exclude<Stored<T>, { readonly status: "absent" }>;
    }
  | undefined {
  for (const source of MODE_LEVELS) {
    const stored = levels[source];
    if (stored.status !== "absent") return { source, stored };
  }
  return undefined;
}
