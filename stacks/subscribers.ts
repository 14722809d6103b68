import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import { ACTION_APPROVED_EVENT, QUEUES, type RulePattern } from "@autonomy-gate/core/topology";
import { deliverToQueue } from "./delivery.ts";
import { queueWithDeadLetters } from "./queues.ts";

/** Selects outcomes of some decisions. */
function outcomes(...decisions: (keyof typeof OUTCOME_DETAIL_TYPE)[]): RulePattern {
  return {
    source: [OUTCOME_SOURCE],
    "detail-type": decisions.map((decision) => OUTCOME_DETAIL_TYPE[decision]),
  };
}

/**
 * Three ways to hear of outcomes, to copy from: Phase 4 executes what was approved, an approval
 * screen shows what waits for a person or was blocked, and an older system receives approvals in
 * the shape it knows. Each has a queue of its own, with dead letters, that its rule alone may fill.
 */
export function createExampleSubscribers(bus: sst.aws.Bus): void {
  subscribe(bus, "AutonomyPhase4", outcomes("AUTO_EXECUTE"));
  subscribe(bus, "AutonomyApprovalUi", outcomes("REQUIRE_APPROVAL", "BLOCK"));
  subscribe(bus, "AutonomyActionApproved", outcomes("AUTO_EXECUTE"), ACTION_APPROVED_EVENT);
}

function subscribe(
  bus: sst.aws.Bus,
  name: string,
  pattern: RulePattern,
  inputTransformer?: typeof ACTION_APPROVED_EVENT,
): void {
  const { queue, deadLetters } = queueWithDeadLetters(name, QUEUES.subscriber, QUEUES.intentsDlq);
  deliverToQueue(name, {
    bus,
    pattern,
    queue,
    deadLetters,
    ...(inputTransformer === undefined ? {} : { inputTransformer }),
  });
}
