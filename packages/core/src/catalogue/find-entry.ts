import * as z from "zod";
import type { ActionType } from "../ids.ts";
import type { Stored } from "../stored.ts";
import type { ActionTypeEntry } from "./action-type.ts";
import { BUILT_IN_CATALOGUE } from "./built-in.ts";

export interface ConfiguredEntries {
  readonly TENANT: Stored<ActionTypeEntry>;
  readonly GLOBAL: Stored<ActionTypeEntry>;
}

/** Who says what an action type is. `UNREADABLE`: an entry is stored that cannot be read. */
export const CatalogueSource = z.enum(["TENANT", "GLOBAL", "BUILT_IN", "NONE", "UNREADABLE"]);
export type CatalogueSource = z.infer<typeof CatalogueSource>;

export interface CatalogueAnswer {
  readonly source: CatalogueSource;
  readonly entry?: ActionTypeEntry;
}

/**
 * The tenant's entry, else the global one, else the built-in one; the first replaces the others
 * whole. An unreadable entry leaves the type unknown: it never falls through.
 */
export function findEntry(configured: ConfiguredEntries, actionType: ActionType): CatalogueAnswer {
  for (const source of ["TENANT", "GLOBAL"] as const) {
    const stored = configured[source];
    if (stored.status === "readable") return { source, entry: stored.value };
    if (stored.status === "unreadable") return { source: "UNREADABLE" };
  }
  const entry = BUILT_IN_CATALOGUE.get(actionType);
  return entry === undefined ? { source: "NONE" } : { source: "BUILT_IN", entry };
}
