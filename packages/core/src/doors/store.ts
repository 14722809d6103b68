/** The stores, written once over the table port, and the port. */

export { approvalFrom, closingFrom, payloadFrom } from "../store/approval-items.ts";
export { type ApprovalStore, approvalStore } from "../store/approvals.ts";
export { auditReader } from "../store/audit-reader.ts";
export { budgetStateReader } from "../store/budget-state-reader.ts";
export { configAddress } from "../store/config-keys.ts";
export { configListing } from "../store/config-listing.ts";
export { decisionReader } from "../store/decision-reader.ts";
export { factsReplies } from "../store/facts.ts";
export { gateStore } from "../store/gate-store.ts";
export { budgetStateFrom, recordFrom, recordItem } from "../store/items.ts";
export { approvalKey, decisionKey, payloadKey, shardOf } from "../store/keys.ts";
export { attributesForm } from "../table/json-form.ts";
export type {
  Address,
  BatchGetReply,
  Check,
  Delete,
  Item,
  Put,
  Query,
  QueryReply,
  Table,
  TableName,
  TransactReply,
  Update,
  Write,
  WriteReply,
} from "../table/table.ts";
