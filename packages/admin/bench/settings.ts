import { AccountId, TenantId } from "@autonomy-gate/core/ids";

export const CONNECTIONS = 10;

export const AWS = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};

export const TABLES = { config: "config", budgetState: "budget", ledger: "ledger" };

export const SILENT = { answered: () => {}, failed: () => {}, notEmitted: () => {} };

export const ACCOUNT = { tenant_id: TenantId.parse("acme"), account_id: AccountId.parse("a1") };
