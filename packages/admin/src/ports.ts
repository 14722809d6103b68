import type { SetBackReply, SetBackRequest } from "@autonomy-gate/core/commit";
import type { ChangeBus } from "@autonomy-gate/core/configuration";
import type {
  AuditReader,
  BudgetStateReader,
  Clock,
  ConfigListing,
  ConfigStore,
  DecisionReader,
  GateStore,
} from "@autonomy-gate/core/ports";
import type { Authentication } from "./auth/authenticate.ts";
import type { AdminTelemetry } from "./http/telemetry.ts";
import type { KeyListing } from "./keys/key-store.ts";

/** All the admin API works with. */
export interface AdminPorts {
  readonly authentication: Authentication;
  readonly keys: KeyListing;
  readonly config: ConfigStore;
  readonly listing: ConfigListing;
  readonly gate: Pick<GateStore, "readFacts">;
  readonly budgetStates: BudgetStateReader;
  readonly setBackDay: (request: SetBackRequest) => Promise<SetBackReply>;
  readonly decisions: DecisionReader;
  readonly audit: AuditReader;
  readonly changes: ChangeBus;
  readonly clock: Clock;
  /** A new id for each request and each event. */
  readonly newId: () => string;
  readonly telemetry: AdminTelemetry;
  /** Browser origins that may call the API. */
  readonly corsOrigins: readonly string[];
  /** An export is handed over in parts of at most this many bytes of JSON text; absent: in one. */
  readonly exportPartMax?: number;
}
