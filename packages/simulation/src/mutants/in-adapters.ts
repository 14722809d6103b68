// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are pieces of other modules, templates and all.
import type { Mutant } from "./plant.ts";

const TABLE = "core/src/adapters/dynamodb/dynamo-table.ts";
const REQUESTS = "core/src/adapters/dynamodb/requests.ts";
const WIRE = "core/src/adapters/dynamodb/wire.ts";

/** Bugs of the adapters: only the simulation under the clients runs them. */
export const ADAPTER_MUTANTS: readonly Mutant[] = [
  {
    name: "condition-lost-in-translation",
    about: "an entry of a transaction is sent without its condition",
    file: REQUESTS,
    search: "return { Put: { TableName, Item: toWire(write.item), ...terms(write) } };",
    replace: "return { Put: { TableName, Item: toWire(write.item) } };",
    level: "sdk",
  },
  {
    name: "any-reason-is-a-refusal",
    about: "any reason to cancel a transaction counts as its condition",
    file: TABLE,
    search: 'if (Code === "ConditionalCheckFailed") refused.set(',
    replace: 'if (Code !== "None") refused.set(',
    level: "sdk",
  },
  {
    name: "refused-item-dropped",
    about: "a failed condition comes without the item it met",
    file: TABLE,
    search:
      "return item === undefined || Object.keys(item).length === 0 ? undefined : fromWire(item);",
    replace: "return undefined;",
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
    name: "unprocessed-keys-dropped",
    about: "keys that came back unprocessed are not handed on",
    file: TABLE,
    search: "unprocessed: Object.entries(UnprocessedKeys).flatMap(",
    replace: "unprocessed: Object.entries({}).flatMap(",
    level: "sdk",
  },
  {
    name: "stale-reads",
    about: "facts are read eventually consistent",
    file: TABLE,
    search: "{ ConsistentRead: true, Keys: [] }",
    replace: "{ ConsistentRead: false, Keys: [] }",
    level: "sdk",
    profile: "stop-race",
  },
  {
    name: "false-read-as-true",
    about: "a stored boolean is misread",
    file: WIRE,
    search: "return convertToNative(value);",
    replace: "return value.BOOL === undefined ? convertToNative(value) : true;",
    level: "sdk",
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
