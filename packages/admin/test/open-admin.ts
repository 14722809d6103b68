import type { TenantBinding } from "@autonomy-gate/core/access/api-key";
import type { Role } from "@autonomy-gate/core/access/role";
import { createDynamoClient } from "@autonomy-gate/core/adapters/dynamodb/client";
import { dynamoTable } from "@autonomy-gate/core/adapters/dynamodb/dynamo-table";
import { systemClock } from "@autonomy-gate/core/adapters/node/clock";
import type { AutonomyConfigChanged } from "@autonomy-gate/core/config/changed-event";
import { TenantId } from "@autonomy-gate/core/ids";
import type { Table } from "@autonomy-gate/core/table/table";
import { startDynamoDb } from "@autonomy-gate/local/dynamodb/server";
import { createTables } from "@autonomy-gate/local/dynamodb/tables";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type AdminApp, createApp } from "../src/app.ts";
import { type AwsParts, awsPorts } from "../src/aws-ports.ts";
import type { AnsweredRequest } from "../src/http/telemetry.ts";
import type { KeyTerms } from "../src/keys/api-key.ts";
import { createApiKey } from "../src/keys/api-keys.ts";
import type { AdminPorts } from "../src/ports.ts";

export const AWS = {
  region: "us-east-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
};

export const TABLES = {
  config: "config",
  budgetState: "budget",
  ledger: "ledger",
  actions: "actions",
};

/** What one request sends; `key` is an API key. */
export interface Sent {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is not. */
  readonly json: Json;
}

/** Any JSON, for tests to look into. */
// biome-ignore lint/suspicious/noExplicitAny: a test looks into answers that the schemas check elsewhere.
export type Json = any;

/** The admin API on an empty database of its own, with what it told the bus and the log. */
export interface TestAdmin {
  readonly app: AdminApp;
  readonly ports: AdminPorts;
  readonly doc: DynamoDBDocumentClient;
  readonly table: Table;
  readonly endpoint: string;
  readonly changes: AutonomyConfigChanged[];
  readonly answered: AnsweredRequest[];
  readonly failures: unknown[];
  newKey(tenant: string, role: Role, terms?: Partial<KeyTerms>): Promise<string>;
  send(method: string, path: string, sent?: Sent): Promise<Received>;
  close(): Promise<void>;
}

/** @param altered ports instead of the real ones, and options */
export async function openAdmin(
  altered: (ports: AdminPorts) => Partial<AdminPorts> = () => ({}),
  parts: Pick<AwsParts, "configObjectsMax"> = {},
): Promise<TestAdmin> {
  const database = await startDynamoDb();
  const client = createDynamoClient({ ...AWS, endpoint: database.endpoint, maxAttempts: 3 });
  await createTables(client, TABLES);
  const table = dynamoTable(client, TABLES);
  const changes: AutonomyConfigChanged[] = [];
  const answered: AnsweredRequest[] = [];
  const failures: unknown[] = [];
  const real = awsPorts({
    ...parts,
    client,
    tables: TABLES,
    events: new EventBridgeClient({ ...AWS, endpoint: "http://127.0.0.1:9" }),
    busName: "bus",
    // Waiting is left out: those who test the fence bring a clock that waits.
    clock: { ...systemClock(), sleep: async () => {} },
    telemetry: {
      answered: (request) => void answered.push(request),
      failed: ({ error }) => void failures.push(error),
      notEmitted: () => {},
      useNotNoted: () => {},
      lookAlikesNotRead: () => {},
    },
    corsOrigins: ["https://ui.example.com"],
  });
  const ports: AdminPorts = {
    ...real,
    changes: {
      publish: async (changed) => {
        changes.push(changed);
        return { accepted: true };
      },
    },
  };
  const inUse = { ...ports, ...altered(ports) };
  const app = createApp(inUse);
  return {
    app,
    ports: inUse,
    doc: DynamoDBDocumentClient.from(client),
    table,
    endpoint: database.endpoint,
    changes,
    answered,
    failures,
    newKey: async (tenant, role, terms = {}) => {
      const tenant_id: TenantBinding = tenant === "*" ? "*" : TenantId.parse(tenant);
      return (await createApiKey(table, { tenant_id, roles: [role], ...terms })).api_key;
    },
    send: async (method, path, sent = {}) =>
      received(await app.request(path, requestInit(method, sent))),
    close: async () => {
      client.destroy();
      await database.close();
    },
  };
}

export function requestInit(method: string, { key, body, headers = {} }: Sent): RequestInit {
  return {
    method,
    headers: {
      ...(key === undefined ? {} : { "x-api-key": key }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
}

export async function received(response: Response): Promise<Received> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
