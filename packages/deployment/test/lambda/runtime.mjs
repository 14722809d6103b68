// A process such as Lambda starts: loads the handler it is told, answers the events it is given.
// Arguments: the handler as Lambda names it. Input: a JSON array of events. Output: one JSON line.
import { join } from "node:path";
import { json } from "node:stream/consumers";

const [file, name] = process.argv[2].split(".");
const started = { wall: performance.now(), cpu: process.cpuUsage() };
const module = await import(join(process.cwd(), `${file}.mjs`));
const loadMs = performance.now() - started.wall;
const { user, system } = process.cpuUsage(started.cpu);

const answers = [];
const context = {
  functionName: "bundled",
  awsRequestId: "00000000-0000-4000-8000-000000000000",
  getRemainingTimeInMillis: () => 30_000,
};
for (const event of await json(process.stdin)) answers.push(await module[name](event, context));
const report = JSON.stringify({ answers, loadMs, loadCpuMs: (user + system) / 1_000 });
process.stdout.write(`\n${report}\n`, () => process.exit(0));
