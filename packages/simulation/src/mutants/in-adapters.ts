// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are pieces of other modules, templates and all.
import type { Mutant } from "./plant.ts";

const GATE_STORE = "core/src/adapters/dynamodb/gate-store.ts";
const CONFIG_STORE = "core/src/adapters/dynamodb/config-store.ts";
const BATCH_READ = "core/src/adapters/dynamodb/batch-read.ts";

/** Bugs of the adapters: only the simulation under the clients runs them. */
export const ADAPTER_MUTANTS: readonly Mutant[] = [
  {
    name: "decision-overwritten",
    about: "a decision is put whether or not there is one",
    file: GATE_STORE,
    search: 'ConditionExpression: "attribute_not_exists(pk)",',
    replace: 'ConditionExpression: "(attribute_not_exists(pk) OR attribute_exists(pk))",',
    level: "sdk",
  },
  {
    name: "count-before-record",
    about: "the budget is consumed in a request of its own, before the decisions",
    file: GATE_STORE,
    search:
      "await client.send(new TransactWriteCommand({ TransactItems: [...budget, ...decisions] }));",
    replace:
      "await client.send(new TransactWriteCommand({ TransactItems: budget })); await client.send(new TransactWriteCommand({ TransactItems: decisions }));",
    level: "sdk",
  },
  {
    name: "conflict-taken-for-existing",
    about: "any reason to cancel counts as an existing decision",
    file: GATE_STORE,
    search: "if (isConditionFailure(reason)) existing.set(",
    replace: 'if (reason.Code !== "None") existing.set(',
    level: "sdk",
  },
  {
    name: "failed-entries-ignored",
    about: "a reply of 200 counts as acceptance of every entry",
    file: "core/src/adapters/eventbridge/put-events.ts",
    search: "if (result?.EventId !== undefined) return",
    replace: "if (result !== undefined) return",
    level: "sdk",
  },
  {
    name: "unsent-messages-ignored",
    about: "a reply of 200 counts as acceptance of every quarantined message",
    file: "core/src/adapters/sqs/quarantine.ts",
    search: "sent.has(Id)",
    replace: "failed.has(Id) || sent.has(Id)",
    level: "sdk",
  },
  {
    name: "unprocessed-is-absent",
    about: "keys that came back unprocessed count as read",
    file: BATCH_READ,
    search: "if (Object.keys(unprocessed).length === 0) return;",
    replace: "if (Object.keys(unprocessed).length >= 0) return;",
    level: "sdk",
  },
  {
    name: "stale-reads",
    about: "facts are read eventually consistent",
    file: BATCH_READ,
    search: "{ ConsistentRead: true, Keys: [] }",
    replace: "{ ConsistentRead: false, Keys: [] }",
    level: "sdk",
    profile: "stop-race",
  },
  {
    name: "fence-raised-once",
    about: "a change is acknowledged without the second raise of the fence",
    file: CONFIG_STORE,
    search: "if (account === undefined) return;",
    replace: "if (account !== null) return;",
    level: "sdk",
    profile: "stop-race",
  },
  {
    name: "fence-raised-at-once",
    about: "the second raise of the fence does not wait for reads under way",
    file: CONFIG_STORE,
    search: "await clock.sleep(FENCE_SETTLE_MS);",
    replace: "await clock.sleep(0);",
    level: "sdk",
    profile: "stop-race",
  },
  {
    name: "unknown-is-permanent",
    about: "an answer that is not understood ends the work for good",
    file: "core/src/adapters/dynamodb/faults.ts",
    search:
      'return new TransientError("UNAVAILABLE", `${operation} got no usable answer.`, options);',
    replace: "return new PermanentError(`${operation} got no usable answer.`, options);",
    level: "sdk",
  },
];
