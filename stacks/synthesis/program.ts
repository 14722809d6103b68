import { writeFileSync } from "node:fs";
import process from "node:process";
import * as aws from "@pulumi/aws";
import { runtime } from "@pulumi/pulumi";
import { run } from "sst-platform/auto/run.ts";
import * as components from "sst-platform/components/index.ts";
import config from "../../sst.config.ts";
import { answerCall, stateOf } from "./stand-in.ts";

/**
 * Runs `sst.config.ts` with SST's real components against a Pulumi engine that only writes down
 * what it is asked to make. Nothing is deployed and no network is used: this is a synthesis.
 */

interface Job {
  readonly stage: string;
  /** Repository, SST's platform, and a folder for what SST writes. */
  readonly paths: typeof $cli.paths;
  readonly resultFile: string;
}

interface SynthesisedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
  readonly state: Readonly<Record<string, unknown>>;
}

const job: Job = JSON.parse(process.argv[2] ?? "");
const app = { providers: {}, protect: false, ...(await config.app({ stage: job.stage })) };

// What SST's own engine defines before it runs a program.
Object.assign(globalThis, {
  sst: components,
  aws,
  $dev: false,
  $app: { ...app, stage: job.stage },
  $cli: { command: "deploy", rpc: "", paths: job.paths, state: { version: {} } },
});

const resources: SynthesisedResource[] = [];
const options: Record<string, { retainOnDelete: boolean; protect: boolean }> = {};

await runtime.setMocks(
  {
    newResource: ({ type, name, inputs, id: existing }) => {
      const { id, state } = stateOf(type, name, inputs, existing);
      resources.push({ type, name, inputs, state });
      return { id, state };
    },
    call: ({ token, inputs }) => answerCall(token, inputs),
  },
  app.name,
  job.stage,
);

let outputs: string[] = [];
await runtime.runInPulumiStack(() =>
  run(async () => {
    // Registered after SST's own, so that it sees what they make of the options.
    runtime.registerStackTransformation(({ type, name, opts }) => {
      const { retainOnDelete = false, protect = false } = opts;
      options[`${type} ${name}`] = { retainOnDelete, protect: protect === true };
      return undefined;
    });
    outputs = Object.keys((await config.run()) ?? {});
  }),
);
await runtime.disconnect();
writeFileSync(job.resultFile, JSON.stringify({ app, resources, options, outputs, links: links() }));

/** What SST would write into `sst-env.d.ts`: kept by the engine as the outputs of its link references. */
function links(): unknown[] {
  const { resources: registered }: { resources: Map<string, { state: unknown }> } = Object.assign(
    { resources: new Map() },
    runtime.getMonitor(),
  );
  return [...registered]
    .filter(([urn]) => urn.includes("sst:sst:LinkRef::"))
    .map(([, { state }]) => toPlain(state));
}

function toPlain(state: unknown): unknown {
  const isStruct = typeof state === "object" && state !== null && "toJavaScript" in state;
  return isStruct && typeof state.toJavaScript === "function" ? state.toJavaScript() : state;
}
