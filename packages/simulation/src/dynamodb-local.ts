import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";

const run = promisify(execFile);

/** AWS's own jars are in this package; they are fetched now and thrown away afterwards. */
const PACKAGE = "amplify-dynamodb-simulator@2.9.30";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** The one program this needs that the project does not bring. */
const JAVA = "java";
const START_MS_MAX = 60_000;

const LICENCE = `DynamoDB Local is AWS's own, under a licence that asks for an AWS account in good standing
and forbids passing it on. It is no dependency of this project and never runs in CI.
Read https://aws.amazon.com/dynamodb/dynamodblocallicense/ and, if you accept it, run
  pnpm test:dynamodb-local --accept-licence
It needs Java 17 or newer.
`;

const { acceptLicence } = new Command("test:dynamodb-local")
  .description("Runs the stores' contract on AWS's DynamoDB Local.")
  .option("--accept-licence", "you accept the licence of DynamoDB Local")
  .parse()
  .opts<{ acceptLicence?: true }>();

if (acceptLicence === true) process.exitCode = await main();
else {
  process.stderr.write(LICENCE);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "dynamodb-local-"));
  try {
    const emulator = await fetchEmulator(folder);
    return await withServer(emulator, (endpoint) => runContract(endpoint));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folder the jars are in. */
async function fetchEmulator(folder: string): Promise<string> {
  await run("npm", ["pack", PACKAGE, "--pack-destination", folder, "--silent"]);
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`npm pack ${PACKAGE} left no archive.`);
  await run("tar", ["-xzf", join(folder, archive), "-C", folder]);
  return join(folder, "package", "emulator");
}

async function withServer(
  emulator: string,
  work: (endpoint: string) => Promise<number>,
): Promise<number> {
  const port = await freePort();
  const flags = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)];
  const jar = ["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"];
  const server = spawn(JAVA, [...jar, ...flags], { cwd: emulator, stdio: "inherit" });
  const ended = once(server, "exit");
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await Promise.race([untilAnswers(endpoint), ended.then(refuseEarlyEnd)]);
    return await work(endpoint);
  } finally {
    server.kill();
    await ended;
  }
}

function refuseEarlyEnd(): never {
  throw new Error("DynamoDB Local ended before it answered. It needs Java 17 or newer.");
}

async function untilAnswers(endpoint: string): Promise<void> {
  const giveUpAtMs = performance.now() + START_MS_MAX;
  while (performance.now() < giveUpAtMs) {
    // Any answer will do: an unsigned request is refused, but by a server that is up.
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await pause(250);
  }
  throw new Error(`DynamoDB Local did not answer within ${START_MS_MAX} ms.`);
}

async function runContract(endpoint: string): Promise<number> {
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  const test = spawn(
    process.execPath,
    [vitest, "run", "--config", "vitest.workspace.ts", "--project", "simulation", "store-contract"],
    {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, AUTONOMY_DYNAMODB_LOCAL_ENDPOINT: endpoint },
    },
  );
  await once(test, "exit");
  return test.exitCode ?? 1;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (typeof address === "object" && address !== null) return address.port;
  throw new Error("There is no free port.");
}
