import { startAdmin } from "../admin.ts";
import { readSettings } from "../settings.ts";
import { readStackFile, writeStackFile } from "../stack-file.ts";
import { complain } from "./output.ts";
import { stopSignal } from "./until-stopped.ts";

/** `pnpm admin`: the admin API on the running stack, named in its file until Ctrl-C. */
export async function adminCommand(): Promise<void> {
  const stop = stopSignal();
  const settings = readSettings(process.env);
  const stack = await readStackFile(settings.stackFile);
  const admin = await startAdmin(stack, settings);
  try {
    const { url, api_key } = admin;
    await writeStackFile(settings.stackFile, { ...stack, admin: { url, api_key } });
    complain(`The admin API is at ${url}, its documentation at ${url}/docs. Ctrl-C ends it.`);
    await stop.wait;
  } finally {
    await withdraw(settings.stackFile);
    await admin.close();
  }
}

/** Takes the API out of the stack file, if there still is one. */
async function withdraw(stackFile: string): Promise<void> {
  const current = await readStackFile(stackFile).catch(() => undefined);
  if (current === undefined) return;
  const { admin, ...stack } = current;
  await writeStackFile(stackFile, stack);
}
