import { TABLES, type TableTopology } from "@autonomy-gate/core/topology";
import type { Settings } from "./settings.ts";

export interface GateTables {
  readonly config: sst.aws.Dynamo;
  readonly budgetState: sst.aws.Dynamo;
  readonly ledger: sst.aws.Dynamo;
}

/** The three tables as the topology says: on demand, restorable to any second of 35 days. */
export function createTables({ production }: Settings): GateTables {
  return {
    config: table("AutonomyConfig", TABLES.config, production),
    budgetState: table("AutonomyBudgetState", TABLES.budgetState, production),
    ledger: table("AutonomyLedger", TABLES.ledger, production),
  };
}

function table(
  name: string,
  { ttlAttribute, indexes = [] }: TableTopology,
  deletionProtection: boolean,
): sst.aws.Dynamo {
  const keys = ["pk", "sk", ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  const globalIndexes = indexes.map((index) => [
    index.name,
    {
      hashKey: index.partitionKey,
      rangeKey: index.sortKey,
      projection: [...index.include],
    },
  ]);
  return new sst.aws.Dynamo(name, {
    fields: Object.fromEntries(keys.map((key) => [key, "string" as const])),
    primaryIndex: { hashKey: "pk", rangeKey: "sk" },
    globalIndexes: Object.fromEntries(globalIndexes),
    deletionProtection,
    ...(ttlAttribute === undefined ? {} : { ttl: ttlAttribute }),
  });
}
