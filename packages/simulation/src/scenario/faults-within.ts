import type { FaultId } from "../faults.ts";
import type { Scenario } from "./scenario.ts";

const DAY_MS = 86_400_000;
const LARGE_BODY_LENGTH = 120_000;

/** The faults that lie in the scenario itself: nothing has to strike for them. */
export function faultsWithin(scenario: Scenario): FaultId[] {
  const { messages, hosts, profile } = scenario;
  const large = messages.filter(({ body }) => body.length > LARGE_BODY_LENGTH);
  const poison = messages.filter(({ content }) => content.kind === "poison" || !content.valid);
  const skewed = hosts.filter(({ skewMs, wrongClockMs = skewMs }) => wrongClockMs !== 0);
  return [
    ...large.map(() => "F17" as const),
    ...poison.map(() => "F31" as const),
    ...skewed.map(() => "F27" as const),
    ...(profile === "burst" ? (["F32"] as const) : []),
    ...(crossesMidnight(scenario) ? (["F28"] as const) : []),
  ];
}

function crossesMidnight({ profile, startEpochMs, faultsUntilMs }: Scenario): boolean {
  if (profile === "days" || profile === "midnight") return true;
  return Math.floor(startEpochMs / DAY_MS) !== Math.floor((startEpochMs + faultsUntilMs) / DAY_MS);
}
