import * as z from "zod";

/** REQUIRE_APPROVAL: nothing runs by itself, people may still approve. BLOCK: nothing runs. */
export const KillSwitchEffect = z.enum(["REQUIRE_APPROVAL", "BLOCK"]);
export type KillSwitchEffect = z.infer<typeof KillSwitchEffect>;

/** Widest first. */
export const Scope = z.enum(["GLOBAL", "TENANT", "ACCOUNT"]);
export type Scope = z.infer<typeof Scope>;

/** Whose a stop is: only its owner lifts it. */
export const SwitchOwner = z.enum(["PLATFORM", "TENANT"]);
export type SwitchOwner = z.infer<typeof SwitchOwner>;

/** A stop that applies to one intent, as kept with the decision, with what a later version adds. */
export const AppliedKillSwitch = z.looseObject({
  scope: Scope,
  /** Absent in records from before stops had owners. */
  owner: SwitchOwner.optional(),
  effect: KillSwitchEffect,
  reason: z.string().optional(),
  /** Something was stored that could not be read: it counts as engaged. */
  unreadable: z.literal(true).optional(),
});
export type AppliedKillSwitch = z.infer<typeof AppliedKillSwitch>;
