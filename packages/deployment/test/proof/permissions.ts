import {
  ADMIN_SOURCE,
  CONFIG_CHANGED_DETAIL_TYPE,
  INTENT_DETAIL_TYPE,
  OUTCOME_DETAIL_TYPE,
  OUTCOME_SOURCE,
} from "@autonomy-gate/core/contract";
import { DECISIONS_INDEX } from "@autonomy-gate/core/topology";
import * as z from "zod";
import { arnOf, named, ofType, type Statement, statements, text } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";
import { notOverTls } from "./tls.ts";

/** What each function may do, in full. A change here is a change of what it may do. */
function allowed(synthesis: Synthesis): Readonly<Record<string, readonly Statement[]>> {
  const config = arnOf(synthesis, "AutonomyConfigTable");
  const budgetState = arnOf(synthesis, "AutonomyBudgetStateTable");
  const ledger = arnOf(synthesis, "AutonomyLedgerTable");
  const bus = arnOf(synthesis, "AutonomyBusBus");
  const changeEvents = allow(["events:PutEvents"], bus, {
    StringEquals: {
      "events:source": [ADMIN_SOURCE],
      "events:detail-type": [CONFIG_CHANGED_DETAIL_TYPE],
    },
  });
  const authorizer = [
    allow(["dynamodb:GetItem"], config, {
      "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["API_KEY"] },
    }),
  ];
  return {
    AutonomyConsumer: [
      allow(
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        arnOf(synthesis, "AutonomyIntentsQueue"),
      ),
      allow(["dynamodb:BatchGetItem"], config),
      allow(["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], budgetState),
      allow(["dynamodb:BatchGetItem", "dynamodb:PutItem"], ledger),
      allow(["sqs:SendMessage"], arnOf(synthesis, "AutonomyQuarantineQueue")),
      allow(["events:PutEvents"], bus, {
        StringEquals: {
          "events:source": [OUTCOME_SOURCE],
          "events:detail-type": Object.values(OUTCOME_DETAIL_TYPE),
        },
      }),
    ],
    AutonomyAdmin: [
      allow(["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"], config),
      allow(["dynamodb:DeleteItem"], config, {
        "ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": ["API_KEY"] },
      }),
      allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], config),
      allow(["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"], budgetState),
      allow(
        ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem"],
        ledger,
      ),
      allow(["dynamodb:Query"], `${ledger}/index/${DECISIONS_INDEX}`),
      changeEvents,
    ],
    AutonomyKillSwitch: [
      allow(["dynamodb:GetItem"], config),
      allow(["dynamodb:PutItem"], config, {
        "ForAllValues:StringNotEquals": { "dynamodb:LeadingKeys": ["API_KEY"] },
      }),
      allow(["dynamodb:UpdateItem"], config, {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["API_KEY"] },
      }),
      allow(["dynamodb:UpdateItem"], budgetState),
      allow(["dynamodb:PutItem", "dynamodb:BatchGetItem"], ledger),
      allow(["dynamodb:Query"], `${ledger}/index/${DECISIONS_INDEX}`),
      changeEvents,
    ],
    AutonomyAuthorizer: authorizer,
    AutonomyKillSwitchAuthorizer: authorizer,
  };
}

function allow(Action: string[], resource: string, Condition?: Statement["Condition"]): Statement {
  return {
    Effect: "Allow",
    Action,
    Resource: [resource],
    ...(Condition === undefined ? {} : { Condition }),
  };
}

const Policies = z.array(z.object({ policy: z.string() }));

/** The statements of a function's role. */
export function roleStatements(synthesis: Synthesis, fn: string): Statement[] {
  const { inlinePolicies } = named(synthesis, `${fn}Role`).inputs;
  return Policies.parse(inlinePolicies).flatMap(({ policy }) => statements(policy));
}

/** Exactly what is listed, and the function's own log. */
export const rolesAllowWhatIsListed: Check = (synthesis) =>
  Object.entries(allowed(synthesis)).flatMap(([fn, listed]) => {
    const { inputs } = named(synthesis, `${fn}Role`);
    const log = allow(
      ["logs:CreateLogStream", "logs:PutLogEvents"],
      `${arnOf(synthesis, `${fn}Logs`)}:*`,
    );
    return [
      ...differences(`What ${fn} may do`, roleStatements(synthesis, fn), [...listed, log]),
      ...differences(`The managed policies of ${fn}`, inputs.managedPolicyArns, []),
      ...differences(`Who may act as ${fn}`, statements(inputs.assumeRolePolicy), [
        {
          Effect: "Allow",
          Principal: { Service: ["lambda.amazonaws.com"] },
          Action: ["sts:AssumeRole"],
        },
      ]),
      ...differences(
        `The role of ${fn}`,
        named(synthesis, `${fn}Function`).inputs.role,
        arnOf(synthesis, `${fn}Role`),
      ),
    ];
  });

/** No role but those of the functions, and nowhere a whole service, a whole account, or any resource. */
export const nothingIsAllowedAtLarge: Check = (synthesis) => {
  const roles = ofType(synthesis, "iam/role:Role");
  const all = roles.flatMap(({ name }) =>
    roleStatements(synthesis, name.replace(/Role$/, "")).map((statement) => ({ name, statement })),
  );
  return [
    ...differences("The number of roles", roles.length, 5),
    ...all.flatMap(({ name, statement }) => [
      ...statement.Action.filter((action) => action.includes("*")).map(
        (action) => `${name} may do ${action}`,
      ),
      ...(statement.Resource ?? [])
        .filter(
          (resource) =>
            resource === "*" || /:\*$/.test(resource.replace(/(:log-group:.*):\*$/, "$1")),
        )
        .map((resource) => `${name} may do ${statement.Action.join(", ")} on ${resource}`),
    ]),
  ];
};

/** Who may put what on the bus of the gate's own. */
export const theBusRefusesForgeries: Check = (synthesis) => {
  const { eventBusName, policy } = named(synthesis, "AutonomyBusPolicy").inputs;
  const deny = (Sid: string, Condition: Statement["Condition"]) => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action: ["events:PutEvents"],
    Resource: [arnOf(synthesis, "AutonomyBusBus")],
    Condition,
  });
  const notBy = (...roles: string[]) => ({
    ArnNotEquals: { "aws:PrincipalArn": roles.map((role) => arnOf(synthesis, role)) },
  });
  return [
    ...differences(
      "The bus of the policy",
      eventBusName,
      text(named(synthesis, "AutonomyBusBus"), "name"),
    ),
    ...differences("The policy of the bus", statements(policy), [
      notOverTls("events:PutEvents", arnOf(synthesis, "AutonomyBusBus")),
      deny("IntentsOfOtherSources", {
        StringEquals: { "events:detail-type": [INTENT_DETAIL_TYPE] },
        StringNotEquals: { "events:source": ["cc-native.decision"] },
      }),
      deny("OutcomesByOthers", {
        StringEquals: { "events:source": [OUTCOME_SOURCE] },
        ...notBy("AutonomyConsumerRole"),
      }),
      deny("ConfigChangesByOthers", {
        StringEquals: { "events:source": [ADMIN_SOURCE] },
        ...notBy("AutonomyAdminRole", "AutonomyKillSwitchRole"),
      }),
    ]),
  ];
};
