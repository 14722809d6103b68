/** What the gate needs of the world, as interfaces. */

export {
  type Clock,
  type ConfigStore,
  type Delivery,
  type FactsBatch,
  type FactsRequest,
  type GateStore,
  type OutcomeBus,
  QUARANTINE_CODES,
  type Quarantine,
  type QuarantineCode,
  type QuarantinedMessage,
} from "../ports.ts";
export type {
  AuditEntry,
  AuditQuery,
  AuditReader,
  BudgetStateRead,
  BudgetStateReader,
  ConfigListing,
  DecisionReader,
  ListedDecision,
  ListedObject,
  Page,
} from "../read-ports.ts";
