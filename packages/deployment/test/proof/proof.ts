import type { Synthesis } from "../synthesis/synthesis.ts";
import {
  everyRouteIsBehindTheAuthorizer,
  theApiIsThrottled,
  theAuthorizerDecidesEveryCall,
  usersCannotChooseTheirTenant,
} from "./api.ts";
import type { Check } from "./check.ts";
import {
  batchesAreAsDesigned,
  environmentsNameTheStage,
  functionsAreAsDesigned,
  visibilityOutlastsTheFunction,
} from "./functions.ts";
import { whatCannotBeMadeAgainIsKept } from "./kept.ts";
import {
  nothingIsAllowedAtLarge,
  rolesAllowWhatIsListed,
  theBusRefusesForgeries,
} from "./permissions.ts";
import { everyQueueHasDeadLetters, queuesAreAsDesigned } from "./queues.ts";
import {
  everyRuleReachesItsQueue,
  queuePoliciesNameTheRule,
  rulesSelectWhatTheTopologySays,
} from "./rules.ts";
import { tablesAreAsDesigned } from "./tables.ts";
import { nothingTravelsInClearText } from "./tls.ts";
import { alarmsAreAsDesigned, logsExpire, theDashboardShowsWhatExists } from "./watching.ts";

/** What holds of every stage, by name. */
export const PROOF = {
  rulesSelectWhatTheTopologySays,
  everyRuleReachesItsQueue,
  queuePoliciesNameTheRule,
  everyQueueHasDeadLetters,
  queuesAreAsDesigned,
  visibilityOutlastsTheFunction,
  batchesAreAsDesigned,
  tablesAreAsDesigned,
  whatCannotBeMadeAgainIsKept,
  functionsAreAsDesigned,
  environmentsNameTheStage,
  rolesAllowWhatIsListed,
  nothingIsAllowedAtLarge,
  theBusRefusesForgeries,
  nothingTravelsInClearText,
  everyRouteIsBehindTheAuthorizer,
  theAuthorizerDecidesEveryCall,
  theApiIsThrottled,
  usersCannotChooseTheirTenant,
  alarmsAreAsDesigned,
  theDashboardShowsWhatExists,
  logsExpire,
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof PROOF;

/** The checks that do not hold of a stage, each with what is wrong. A check that cannot be made does not hold. */
export function violations(synthesis: Synthesis): ReadonlyMap<string, readonly string[]> {
  const found = Object.entries<Check>(PROOF).map(([name, check]): [string, readonly string[]] => [
    name,
    problems(check, synthesis),
  ]);
  return new Map(found.filter(([, sentences]) => sentences.length > 0));
}

function problems(check: Check, synthesis: Synthesis): readonly string[] {
  try {
    return check(synthesis);
  } catch (error) {
    return [String(error)];
  }
}
