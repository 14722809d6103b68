import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import { intentRulePattern } from "@autonomy-gate/core/topology";
import * as z from "zod";
import { arnOf, named, ofType, statements, text } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";
import { notOverTls } from "./tls.ts";

/** The patterns by the rule's name; those of examples only where they are deployed. */
const PATTERNS: Readonly<Record<string, unknown>> = {
  AutonomyIntentsRule: intentRulePattern(),
  AutonomyPhase4Rule: {
    source: [OUTCOME_SOURCE],
    "detail-type": [OUTCOME_DETAIL_TYPE.AUTO_EXECUTE],
  },
  AutonomyApprovalUiRule: {
    source: [OUTCOME_SOURCE],
    "detail-type": [OUTCOME_DETAIL_TYPE.REQUIRE_APPROVAL, OUTCOME_DETAIL_TYPE.BLOCK],
  },
  AutonomyActionApprovedRule: {
    source: [OUTCOME_SOURCE],
    "detail-type": [OUTCOME_DETAIL_TYPE.AUTO_EXECUTE],
  },
};

export const rulesSelectWhatTheTopologySays: Check = (synthesis) => {
  named(synthesis, "AutonomyIntentsRule");
  return ofType(synthesis, "cloudwatch/eventRule:EventRule").flatMap(({ name, inputs }) =>
    differences(
      `The pattern of ${name}`,
      JSON.parse(z.string().parse(inputs.eventPattern)),
      PATTERNS[name],
    ),
  );
};

/** Each rule has one queue, and dead letters of its own for what could not be put there. */
export const everyRuleReachesItsQueue: Check = (synthesis) =>
  ofType(synthesis, "cloudwatch/eventRule:EventRule").flatMap((rule) => {
    const base = rule.name.replace(/Rule$/, "");
    const target = named(synthesis, `${base}Target`).inputs;
    const { rule: ruleName, arn, deadLetterConfig } = target;
    return differences(
      `The target of ${rule.name}`,
      { ruleName, arn, deadLetterConfig },
      {
        ruleName: text(rule, "name"),
        arn: arnOf(synthesis, `${base}Queue`),
        deadLetterConfig: { arn: arnOf(synthesis, `${base}DlqQueue`) },
      },
    );
  });

/** EventBridge alone may write, and only for the one rule. */
export const queuePoliciesNameTheRule: Check = (synthesis) =>
  ofType(synthesis, "cloudwatch/eventRule:EventRule").flatMap((rule) => {
    const base = rule.name.replace(/Rule$/, "");
    return [
      ...policyOf(synthesis, rule, `${base}QueuePolicy`, `${base}Queue`),
      ...policyOf(synthesis, rule, `${base}DeadLettersPolicy`, `${base}DlqQueue`),
    ];
  });

function policyOf(
  synthesis: Synthesis,
  rule: Parameters<typeof text>[0],
  policyName: string,
  queueName: string,
): string[] {
  const queue = named(synthesis, queueName);
  const { queueUrl, policy } = named(synthesis, policyName).inputs;
  return [
    ...differences(`The queue of ${policyName}`, queueUrl, text(queue, "url")),
    ...differences(policyName, statements(policy), [
      {
        Sid: "ThisRuleAlone",
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com"] },
        Action: ["sqs:SendMessage"],
        Resource: [text(queue, "arn")],
        Condition: { ArnEquals: { "aws:SourceArn": [text(rule, "arn")] } },
      },
      notOverTls("sqs:*", text(queue, "arn")),
    ]),
  ];
}
