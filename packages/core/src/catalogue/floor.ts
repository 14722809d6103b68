import { higherRisk } from "../intent/risk.ts";
import { ActionTypeEntry } from "./action-type.ts";

/** A field of an entry that says how strict it is. */
export const EntryField = ActionTypeEntry.keyof();
export type EntryField = (typeof EntryField.options)[number];

/** The stricter of two entries, field by field. */
export function stricterOf(one: ActionTypeEntry, other: ActionTypeEntry): ActionTypeEntry {
  return {
    risk_tier: higherRisk(one.risk_tier, other.risk_tier),
    min_confidence: Math.max(one.min_confidence, other.min_confidence),
    external_contact: one.external_contact || other.external_contact,
  };
}

/** The fields in which an entry is looser than a floor. */
export function looserFields(entry: ActionTypeEntry, floor: ActionTypeEntry): EntryField[] {
  const stricter = stricterOf(entry, floor);
  return EntryField.options.filter((field) => entry[field] !== stricter[field]);
}
