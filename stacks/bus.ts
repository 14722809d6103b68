import { INTENT_DETAIL_TYPE } from "@autonomy-gate/core/contract";
import type { Settings } from "./settings.ts";
import { notOverTls } from "./tls.ts";

/** The bus: the gate's own, or one that others own too. */
export function createBus({ existingBusName }: Settings): sst.aws.Bus {
  return existingBusName === undefined
    ? new sst.aws.Bus("AutonomyBus")
    : sst.aws.Bus.get("AutonomyBus", existingBusName);
}

/** Those who alone may put events of a source on the bus. */
export interface OutcomePublisher {
  readonly sid: string;
  readonly source: string;
  readonly roleArns: readonly $util.Input<string>[];
}

/**
 * Denies what IAM policies elsewhere in the account may allow: intents of other sources or by other
 * roles than the settings name, and outcomes by anyone but their publisher. Only for the gate's own
 * bus: the policy of a bus is one document, and that of an existing bus is its owner's to write.
 */
export function guardBus(
  bus: sst.aws.Bus,
  { existingBusName, intentSources, intentProducerRoleArns }: Settings,
  publishers: readonly OutcomePublisher[],
): void {
  if (existingBusName !== undefined) return;
  const intents = {
    test: "StringEquals",
    variable: "events:detail-type",
    values: [INTENT_DETAIL_TYPE],
  };
  const otherSources = {
    test: "StringNotEquals",
    variable: "events:source",
    values: [...intentSources],
  };
  const statements = [
    { sid: "IntentsOfOtherSources", conditions: [intents, otherSources] },
    ...(intentProducerRoleArns.length === 0
      ? []
      : [
          {
            sid: "IntentsByOtherRoles",
            conditions: [intents, notBy(intentProducerRoleArns)],
          },
        ]),
    ...publishers.map(({ sid, source, roleArns }) => ({
      sid,
      conditions: [
        { test: "StringEquals", variable: "events:source", values: [source] },
        notBy(roleArns),
      ],
    })),
  ];
  new aws.cloudwatch.EventBusPolicy("AutonomyBusPolicy", {
    eventBusName: bus.name,
    policy: aws.iam.getPolicyDocumentOutput({
      statements: [
        notOverTls(["events:PutEvents"], bus.arn),
        ...statements.map((statement) => ({
          ...statement,
          effect: "Deny",
          principals: [{ type: "*", identifiers: ["*"] }],
          actions: ["events:PutEvents"],
          resources: [bus.arn],
        })),
      ],
    }).json,
  });
}

function notBy(roleArns: readonly $util.Input<string>[]) {
  return { test: "ArnNotEquals", variable: "aws:PrincipalArn", values: [...roleArns] };
}
