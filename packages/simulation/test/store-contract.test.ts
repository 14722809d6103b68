import process from "node:process";
import { type DynamoDbServer, startDynamoDb } from "@autonomy-gate/local/dynamodb/server";
import { afterAll, beforeAll } from "vitest";
import { storeContract } from "../../core/test/store-contract.ts";
import { AT_PORTS } from "../src/run.ts";
import { underTheSdk } from "../src/sdk/clients.ts";
import { openDynamoDbStores } from "./dynamodb-stores.ts";
import { openSimulatedStores } from "./simulated-stores.ts";

storeContract("the simulated store", () => openSimulatedStores(AT_PORTS));
storeContract("the DynamoDB adapters on the simulated store", () =>
  openSimulatedStores(underTheSdk()),
);

let server: DynamoDbServer;
beforeAll(async () => {
  server = await startDynamoDb();
});
afterAll(() => server.close());
storeContract("the DynamoDB adapters on the embedded stand-in", () =>
  openDynamoDbStores(server.endpoint),
);

/** Set by `pnpm test:dynamodb-local`, for those who accepted AWS's licence. */
const endpoint = process.env.AUTONOMY_DYNAMODB_LOCAL_ENDPOINT;
if (endpoint !== undefined) {
  storeContract("the DynamoDB adapters on DynamoDB Local", () => openDynamoDbStores(endpoint));
}
