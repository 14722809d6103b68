/** The ports on AWS's clients and on Node: tables, buses, quarantine, clock, digests. */

export { chunkBySize } from "../adapters/chunks.ts";
export {
  createDynamoClient,
  leaveOutRequestLog,
  type SomeTableNames,
  type TableNames,
} from "../adapters/dynamodb/client.ts";
export { dynamoTable } from "../adapters/dynamodb/dynamo-table.ts";
export { eventBridgeChangeBus } from "../adapters/eventbridge/change-bus.ts";
export { eventBridgeOutcomeBus } from "../adapters/eventbridge/outcome-bus.ts";
export { systemClock, timeZoneDataVersion } from "../adapters/node/clock.ts";
export { approvalId, sha256 } from "../adapters/node/digest.ts";
export { receivedIntent } from "../adapters/node/received-intent.ts";
export { sqsQuarantine } from "../adapters/sqs/quarantine.ts";
