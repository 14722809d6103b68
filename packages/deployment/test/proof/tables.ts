import { TABLES, type TableTopology } from "@autonomy-gate/core/topology";
import { named, ofType } from "../synthesis/find.ts";
import type { Synthesis } from "../synthesis/synthesis.ts";
import { type Check, differences } from "./check.ts";

const DESIGNED: Readonly<Record<string, TableTopology>> = {
  AutonomyConfigTable: TABLES.config,
  AutonomyBudgetStateTable: TABLES.budgetState,
  AutonomyLedgerTable: TABLES.ledger,
};

/** Keys, index, expiry, on demand, restorable; in production protected. */
export const tablesAreAsDesigned: Check = (synthesis) => {
  const found = ofType(synthesis, "dynamodb/table:Table").map(({ name }) => name);
  return [
    ...differences("The tables", found.sort(), Object.keys(DESIGNED).sort()),
    ...Object.entries(DESIGNED).flatMap(([name, design]) => table(synthesis, name, design)),
  ];
};

function table(synthesis: Synthesis, name: string, design: TableTopology): string[] {
  const {
    name: _,
    localSecondaryIndexes,
    streamEnabled,
    ...inputs
  } = named(synthesis, name).inputs;
  const production = synthesis.app.removal === "retain";
  const { indexes = [], ttlAttribute } = design;
  const keys = ["pk", "sk", ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
  return [
    ...differences(name, inputs, {
      attributes: keys.map((key) => ({ name: key, type: "S" })),
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: production,
      globalSecondaryIndexes: indexes.map((index) => ({
        name: index.name,
        hashKey: index.partitionKey,
        rangeKey: index.sortKey,
        projectionType: "INCLUDE",
        nonKeyAttributes: index.include,
      })),
      ...(ttlAttribute === undefined
        ? {}
        : { ttl: { attributeName: ttlAttribute, enabled: true } }),
    }),
  ];
}
