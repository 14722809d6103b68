import type { StackFile } from "@autonomy-gate/local/stack-file";
import * as z from "zod";
import { type Difference, differences } from "./differences.ts";
import { filledFields, type Values } from "./placeholders.ts";
import type { AdminRequest } from "./scenario.ts";

/** The admin API as one scenario sees it: with the keys that it was given, by their names. */
export interface AdminApi {
  /** Makes the keys of a scenario, for its own tenant. */
  makeKeys(keys: Readonly<Record<string, object>>): Promise<void>;
  /** Sends a request. Throws an error that says where the answer is not as expected. */
  request(request: AdminRequest): Promise<void>;
  /** Revokes the keys that were made. */
  restore(): Promise<void>;
}

const NewKey = z.object({ key_id: z.string(), api_key: z.string() });

export function adminApiFor({ admin }: StackFile, values: Values): AdminApi {
  const keys = new Map<string, z.infer<typeof NewKey>>();
  const send = async (apiKey: string, method: string, path: string, body?: object) => {
    if (admin === undefined) throw new Error("the stack file names no admin API");
    const reply = await fetch(new URL(path, admin.url), {
      method,
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, body: jsonOf(text) };
  };
  const platformKey = admin?.api_key ?? "";
  return {
    makeKeys: async (wanted) => {
      for (const [name, terms] of Object.entries(wanted)) {
        const body = { tenant_id: values.tenant, ...filledFields(terms, values) };
        const { status, body: made } = await send(platformKey, "POST", "/keys", body);
        if (status !== 200) throw new Error(`no key ${name} was made: ${JSON.stringify(made)}`);
        keys.set(name, NewKey.parse(made));
      }
    },
    request: async ({ as, method, path, query, body, answer }) => {
      const key = keys.get(as);
      if (key === undefined) throw new Error(`the scenario has no key ${as}`);
      const search = new URLSearchParams(
        z.record(z.string(), z.string()).parse(filledFields(query, values)),
      );
      const target = `${filledText(path, values)}?${search}`;
      const sent = body === undefined ? undefined : filledFields(body, values);
      const found = await send(key.api_key, method, target, sent);
      const wrong = differences(filledFields(answer, values), found, `${as}: ${method} ${path}`);
      if (wrong.length > 0) throw new Error(wrong.map(said).join("; "));
    },
    restore: async () => {
      for (const { key_id } of keys.values()) {
        await send(platformKey, "DELETE", `/keys/${key_id}`);
      }
    },
  };
}

function filledText(text: string, values: Values): string {
  return String(filledFields({ text }, values).text);
}

function said({ at, problem }: Difference): string {
  return `${at}: ${problem}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
