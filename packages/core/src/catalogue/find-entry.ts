import * as z from "zod";
import type { ActionType } from "../ids.ts";
import type { Stored } from "../stored.ts";
import type { ActionTypeEntry } from "./action-type.ts";
import { BUILT_IN_CATALOGUE } from "./built-in.ts";
import { looserFields, stricterOf } from "./floor.ts";

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
 * The global entry, which a tenant's own can only tighten; without one the tenant's, else the
 * built-in one. An unreadable entry leaves the type unknown: it never falls through.
 */
export function findEntry(configured: ConfiguredEntries, actionType: ActionType): CatalogueAnswer {
  const { TENANT: own, GLOBAL: floor } = configured;
  if (own.status === "unreadable" || floor.status === "unreadable") {
    return { source: "UNREADABLE" };
  }
  if (floor.status === "readable") return aboveFloor(own, floor.value);
  if (own.status === "readable") return { source: "TENANT", entry: own.value };
  const entry = BUILT_IN_CATALOGUE.get(actionType);
  return entry === undefined ? { source: "NONE" } : { source: "BUILT_IN", entry };
}

/** TENANT where a field of the tenant's own is stricter than the floor's, else GLOBAL. */
function aboveFloor(
  own: Exclude<ConfiguredEntries["TENANT"], { readonly status: "unreadable" }>,
  floor: ActionTypeEntry,
): CatalogueAnswer {
  if (own.status === "absent") return { source: "GLOBAL", entry: floor };
  const source = looserFields(floor, own.value).length > 0 ? "TENANT" : "GLOBAL";
  return { source, entry: stricterOf(own.value, floor) };
}
