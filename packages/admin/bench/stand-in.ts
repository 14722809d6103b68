import process from "node:process";
import { startDynamoDb } from "@autonomy-gate/local/dynamodb/server";

/** The DynamoDB stand-in in a process of its own, so that its work is not counted as the API's. */
const database = await startDynamoDb();
process.send?.({ endpoint: database.endpoint });
