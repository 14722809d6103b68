/** Configuration objects: modes, kill switches, action types, and their changes. */

export { ActionTypeConfigV1, ActionTypeEntry } from "../catalogue/action-type.ts";
export { BUILT_IN_CATALOGUE } from "../catalogue/built-in.ts";
export { findEntry } from "../catalogue/find-entry.ts";
export { EntryField, looserFields, stricterOf } from "../catalogue/floor.ts";
export {
  type ConfigAddress,
  type ConfigObject,
  type ConfigScope,
  scopeOf,
} from "../config/address.ts";
export type { ConfigAttributes, ConfigChange } from "../config/change.ts";
export { type ChangeBus, configChanged } from "../config/changed.ts";
export { AutonomyConfigChanged } from "../config/changed-event.ts";
export { mergedPage } from "../config/merged-page.ts";
export { readBudget } from "../config/read-budget.ts";
export { AppliedKillSwitch, SwitchOwner } from "../kill-switch/applied.ts";
export {
  isEngaged,
  KILL_SWITCH_REASON_LENGTH_MAX,
  type KillSwitches,
  KillSwitchV1,
  readKillSwitch,
  type SwitchName,
  switchName,
} from "../kill-switch/kill-switch.ts";
export {
  AUTONOMY_MODES,
  AutonomyMode,
  AutonomyModeConfigV1,
  MODE_CONFIG_VERSION,
  MODE_LEVELS,
  ModeSource,
} from "../mode/mode.ts";
export { resolveMode } from "../mode/resolve-mode.ts";
