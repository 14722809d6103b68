import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";

/** A scenario as its file has it; conformance/README.md says in words what each part means. */

const Fields = z.record(z.string(), z.unknown());

/** Items by sort key, for each partition; `null` removes one. */
const Configuration = z.strictObject({
  global: z.record(z.string(), Fields.nullable()).default({}),
  tenant: z.record(z.string(), Fields.nullable()).default({}),
  account: z.record(z.string(), Fields.nullable()).default({}),
});
export type Configuration = z.infer<typeof Configuration>;

const Given = Configuration.extend({
  /** `ready`: mode AUTO_EXECUTE and 5 actions a day for the account. */
  from: z.enum(["nothing", "ready"]).default("ready"),
  /** The stored budget state to begin with. */
  budget_state: Fields.optional(),
  /** API keys of the tenant, by name, each as the body of `POST /keys`. */
  keys: z.record(z.string(), Fields).default({}),
});

const EndsIn = z.enum(["outcome", "quarantine"]).default("outcome");

const Publication = z.strictObject({
  /** The action_intent_id, or with `copies` what they begin with. */
  intent: z.string(),
  /** So many intents, numbered from 1. */
  copies: z.int().min(1).max(200).optional(),
  /** Each published so often, side by side. */
  times: z.int().min(1).max(20).default(1),
  data: Fields.default({}),
  without: z.array(z.string()).default([]),
  metadata: Fields.default({}),
  ends_in: EndsIn,
});
export type Publication = z.infer<typeof Publication>;

/** A message put straight into the intents queue, past the bus: a text, or a value as JSON. */
const Message = z.strictObject({
  body: z.unknown(),
  /** The intent it carries, when it ends in an outcome. */
  intent: z.string().optional(),
  ends_in: EndsIn,
});

/** A request to the admin API with one of the keys. */
const AdminRequest = z.strictObject({
  as: z.string(),
  method: z.enum(["GET", "PUT", "POST", "DELETE"]),
  path: z.string().startsWith("/"),
  query: z.record(z.string(), z.string()).default({}),
  body: Fields.optional(),
  answer: z.strictObject({ status: z.int(), body: z.unknown().optional() }),
});
export type AdminRequest = z.infer<typeof AdminRequest>;

const Step = z.union([
  z.strictObject({ request: z.array(AdminRequest).min(1) }),
  z.strictObject({ publish: z.array(Publication).min(1) }),
  z.strictObject({ enqueue: z.array(Message).min(1) }),
  z.strictObject({ configure: Configuration }),
]);
export type Step = z.infer<typeof Step>;

const Expected = z.strictObject({
  /** By intent: what its outcome's data holds, at least. */
  outcomes: z.record(z.string(), Fields).default({}),
  /** How many outcomes have each decision or reason. */
  totals: z.record(z.string(), z.int()).default({}),
  /** Error codes of the messages put aside. */
  quarantine: z.array(z.string()).default([]),
  /** The open budget day, or `none`. */
  budget_state: z.union([z.literal("none"), Fields]).optional(),
  /** Closed budget days, by date. */
  closed_days: z.record(z.string(), Fields).default({}),
  /** How many decisions the ledger holds; as many as outcomes unless said. */
  ledger: z.int().optional(),
});
export type Expected = z.infer<typeof Expected>;

export const Scenario = z.strictObject({
  name: z.string().min(10),
  /** Why it matters, where the name does not say it. */
  about: z.string().optional(),
  given: Given.prefault({}),
  when: z.array(Step).min(1),
  // biome-ignore lint/suspicious/noThenProperty: "given, when, then" is what the files say.
  then: Expected,
});
export type Scenario = z.infer<typeof Scenario>;

/** Whether a scenario needs the admin API beside the gate. */
export function asksAdmin({ when }: Scenario): boolean {
  return when.some((step) => "request" in step);
}

/** A scenario and the file that holds it. */
export interface FiledScenario {
  readonly file: string;
  readonly scenario: Scenario;
}

/** Every scenario of a folder, in the order of files. Throws an error that names the file. */
export async function readScenarios(folder: string): Promise<FiledScenario[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  const files = await Promise.all(names.map(async (file) => scenariosIn(folder, file)));
  return files.flat();
}

async function scenariosIn(folder: string, file: string): Promise<FiledScenario[]> {
  const read = z.array(Scenario).safeParse(parse(await readFile(join(folder, file), "utf8")));
  if (!read.success) throw new Error(`${file} holds no scenarios: ${z.prettifyError(read.error)}`);
  return read.data.map((scenario) => ({ file, scenario }));
}
