import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import type { Statement } from "../synthesis/find.ts";
import { type Access, accessesOf } from "./requests.ts";

/** A stand-in for one service behind the permissions of one role. */
export interface IamProxy {
  readonly endpoint: string;
  /** `action resource` of every access that was allowed. */
  readonly used: ReadonlySet<string>;
  /** The same of those that were refused. */
  readonly refused: ReadonlySet<string>;
  close(): Promise<void>;
}

export interface IamProxyInput {
  /** Where allowed requests go. */
  readonly endpoint: string;
  readonly statements: readonly Statement[];
  /** The ARN under which the synthesis knows a table, queue or bus of the stand-in. */
  readonly arnOf: (target: string) => string;
}

/** Passes on what a role's statements allow, and refuses the rest as AWS does. */
export async function startIamProxy({
  endpoint,
  statements,
  arnOf,
}: IamProxyInput): Promise<IamProxy> {
  const used = new Set<string>();
  const refused = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const accesses = accessesOf(String(request.headers["x-amz-target"]), JSON.parse(body));
    const denied = accesses.filter((access) => !isAllowed(access, statements, arnOf));
    for (const access of accesses) {
      (denied.includes(access) ? refused : used).add(`${access.action} ${arnOf(access.target)}`);
    }
    if (denied.length > 0) {
      const code = "com.amazonaws#AccessDeniedException";
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      return response.end(JSON.stringify({ __type: code, message: "not authorized" }));
    }
    const { host: _, ...headers } = request.headers;
    const reply = await fetch(endpoint + request.url, {
      method: "POST",
      headers: z.record(z.string(), z.string()).parse(headers),
      body,
    });
    const { headers: replied } = reply;
    for (const name of ["content-type", "x-amz-crc32", "x-amzn-requestid"]) {
      const value = replied.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(reply.status);
    return response.end(Buffer.from(await reply.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: { port: number } = Object(server.address());
  return {
    endpoint: `http://127.0.0.1:${port}`,
    used,
    refused,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As IAM decides for statements that only allow, by the operators that ours use. */
function isAllowed(
  { action, target, keys }: Access,
  statements: readonly Statement[],
  arnOf: (target: string) => string,
): boolean {
  return statements.some(
    ({ Effect, Action, Resource, Condition }) =>
      Effect === "Allow" &&
      Action.includes(action) &&
      Resource?.includes(arnOf(target)) === true &&
      Object.entries(Condition ?? {}).every(([operator, variables]) =>
        Object.entries(variables).every(([variable, values]) =>
          holds(operator, keys[variable.toLowerCase()] ?? [], values),
        ),
      ),
  );
}

function holds(operator: string, actual: readonly string[], values: readonly string[]): boolean {
  switch (operator) {
    case "StringEquals":
      return actual.length > 0 && actual.every((value) => values.includes(value));
    case "ForAllValues:StringEquals":
      return actual.every((value) => values.includes(value));
    case "ForAllValues:StringNotEquals":
      return actual.every((value) => !values.includes(value));
    default:
      throw new Error(`The stand-in for IAM does not know ${operator}.`);
  }
}
