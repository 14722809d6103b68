import { OUTCOME_RULE_PATTERN } from "@autonomy-gate/core/topology";
import { connect } from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import { PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { createPeerTables } from "../../peer/tables.ts";
import { configureBed } from "../configure.ts";

/**
 * The stand-ins in a process of their own, so that the sides' CPU is theirs alone. Nobody subscribes
 * to the outcomes: what a subscriber costs is not the publisher's.
 */
const stack = await startStack({ ports: { dynamodb: 0, sqs: 0, events: 0, admin: 0 } });
const clients = connect(stack.description);
await createPeerTables(clients.dynamodb);
await configureBed(clients.documents, stack.description);
await clients.events.send(
  new PutRuleCommand({
    Name: "outcomes",
    EventBusName: stack.description.events.bus,
    EventPattern: JSON.stringify(OUTCOME_RULE_PATTERN),
    State: "DISABLED",
  }),
);
process.send?.(stack.description);
