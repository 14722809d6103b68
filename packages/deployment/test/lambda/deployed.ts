import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  awsEnvironment,
  connect,
  consumerEnvironment,
  type StackClients,
  tableNames,
} from "@autonomy-gate/local/clients";
import { startStack } from "@autonomy-gate/local/stack";
import type { StackFile } from "@autonomy-gate/local/stack-file";
import * as z from "zod";
import { roleStatements } from "../proof/permissions.ts";
import { arnOf, named } from "../synthesis/find.ts";
import type { Stage } from "../synthesis/synthesise.ts";
import type { FunctionProcess } from "./fresh-process.ts";
import { type IamProxy, startIamProxy } from "./iam-proxy.ts";
import { unzip } from "./unzip.ts";

/** A function as it would be uploaded, on the local stack, with the permissions of its role. */
export interface DeployedFunction extends FunctionProcess {
  /** What it was allowed and refused so far, service by service. */
  readonly proxies: readonly IamProxy[];
}

export interface Deployed {
  readonly stack: StackFile;
  readonly clients: StackClients;
  deploy(name: string): Promise<DeployedFunction>;
  close(): Promise<void>;
}

const ANY_PORT = { dynamodb: 0, sqs: 0, events: 0, admin: 0 };

/** A local stack on which functions of a synthesised stage can be run. */
export async function openDeployment(stage: Stage): Promise<Deployed> {
  const [folder, stack] = await Promise.all([
    mkdtemp(join(tmpdir(), "autonomy-functions-")),
    startStack({ ports: ANY_PORT }),
  ]);
  const clients = connect(stack.description);
  const proxies: IamProxy[] = [];
  return {
    stack: stack.description,
    clients,
    deploy: async (name) => {
      const own = await startProxies(stage, stack.description, name);
      proxies.push(...own);
      return deploy(stage, stack.description, { name, folder: join(folder, name), proxies: own });
    },
    close: async () => {
      clients.destroy();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startProxies(stage: Stage, stack: StackFile, name: string): Promise<IamProxy[]> {
  const statements = roleStatements(stage.synthesis, name);
  const arns = localArns(stage, stack);
  const arnOfTarget = (target: string) => {
    // The SDK sends to the host of a queue's URL: the path says which queue it is.
    const [resource = "", ...rest] = URL.canParse(target)
      ? [new URL(target).pathname]
      : target.split("/");
    return [arns.get(resource) ?? `unknown:${resource}`, ...rest].join("/");
  };
  return Promise.all(
    [stack.dynamodb, stack.sqs, stack.events].map(({ endpoint }) =>
      startIamProxy({ endpoint, statements, arnOf: arnOfTarget }),
    ),
  );
}

/** What the stand-ins call the stage's resources. */
function localArns({ synthesis }: Stage, stack: StackFile): ReadonlyMap<string, string> {
  const tables = tableNames(stack);
  return new Map([
    [tables.config, arnOf(synthesis, "AutonomyConfigTable")],
    [tables.budgetState, arnOf(synthesis, "AutonomyBudgetStateTable")],
    [tables.ledger, arnOf(synthesis, "AutonomyLedgerTable")],
    [new URL(stack.sqs.queues.quarantine).pathname, arnOf(synthesis, "AutonomyQuarantineQueue")],
    [stack.events.bus, arnOf(synthesis, "AutonomyBusBus")],
  ]);
}

const Environment = z.object({ variables: z.record(z.string(), z.string()) });

async function deploy(
  { synthesis, uploads }: Stage,
  stack: StackFile,
  at: { readonly name: string; readonly folder: string; readonly proxies: readonly IamProxy[] },
): Promise<DeployedFunction> {
  const { name, folder, proxies } = at;
  const { handler, environment } = named(synthesis, `${name}Function`).inputs;
  await unzip(uploads.get(name) ?? Buffer.of(), folder);
  const [dynamodb = "", sqs = "", events = ""] = proxies.map((proxy) => proxy.endpoint);
  const local: Readonly<Record<string, string>> = {
    ...consumerEnvironment(stack),
    AUTONOMY_QUARANTINE_QUEUE_URL: sqs + new URL(stack.sqs.queues.quarantine).pathname,
  };
  return {
    folder,
    handler: z.string().parse(handler),
    proxies,
    environment: {
      ...Object.fromEntries(
        Object.entries(Environment.parse(environment).variables).map(([variable, value]) => [
          variable,
          local[variable] ?? value,
        ]),
      ),
      ...awsEnvironment(stack),
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      AWS_ENDPOINT_URL_SQS: sqs,
      AWS_ENDPOINT_URL_EVENTBRIDGE: events,
    },
  };
}
