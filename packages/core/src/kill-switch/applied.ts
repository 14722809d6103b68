import * as z from "zod";

/** REQUIRE_APPROVAL: nothing runs by itself, people may still approve. BLOCK: nothing runs. */
export const KillSwitchEffect = z.enum(["REQUIRE_APPROVAL", "BLOCK"]);
export type KillSwitchEffect = z.infer<typeof KillSwitchEffect>;

/** Widest first. */
export const SCOPES = ["GLOBAL", "TENANT", "ACCOUNT"] as const;
export const Scope = z.enum(SCOPES);
export type Scope = z.infer<typeof Scope>;

/** A stop that applies to one intent, as kept with the decision, with what a later version adds. */
export const AppliedKillSwitch = z.looseObject({
  scope: Scope,
  effect: KillSwitchEffect,
  reason: z.string().optional(),
  /** Something was stored that could not be read: it counts as engaged. */
  unreadable: z.literal(true).optional(),
});
export type AppliedKillSwitch = z.infer<typeof AppliedKillSwitch>;
