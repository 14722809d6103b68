/** The tables in memory, for tests and the simulation. */

export { type Attributes, isSame } from "../adapters/memory/expressions.ts";
export {
  addressOf,
  addressText,
  itemAfter,
  mayWrite,
  memoryTable,
  queried,
} from "../adapters/memory/memory-table.ts";
