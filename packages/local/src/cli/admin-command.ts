import { startAdmin } from "../admin.ts";
import { readSettings } from "../settings.ts";
import {
  isServed,
  readRunningStack,
  readStackFile,
  type StackFile,
  writeStackFile,
} from "../stack-file.ts";
import { complain, outliveOutput } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm admin`: the admin API on the running stack, named in its file until Ctrl-C. */
export async function adminCommand(): Promise<void> {
  const stop = stopSignal();
  outliveOutput();
  const settings = readSettings(process.env);
  const stack = await readRunningStack(settings.stackFile);
  const admin = await startAdmin(stack, settings);
  const { url, api_key } = admin;
  try {
    await writeStackFile(settings.stackFile, { ...stack, admin: { url, api_key } });
    complain(`The admin API is at ${url}, its documentation at ${url}/docs. Ctrl-C ends it.`);
    await stop.wait;
  } finally {
    await withdraw(settings.stackFile, url, stack.admin);
    await admin.close();
  }
}

/** Takes the API out of the stack file if it is the one there, for the one before it if that runs. */
async function withdraw(stackFile: string, url: string, former: StackFile["admin"]): Promise<void> {
  const current = await readStackFile(stackFile).catch(() => undefined);
  if (current?.admin?.url !== url) return;
  const { admin, ...stack } = current;
  const runs = former !== undefined && (await isServed(former.url));
  await writeStackFile(stackFile, runs ? { ...stack, admin: former } : stack);
}
