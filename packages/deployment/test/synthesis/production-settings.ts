import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import * as z from "zod";
import { ROOT } from "./platform.ts";

const Settings = z.record(z.string(), z.string());

/** The file `.env.production` that `docs/deploy.md` starts from. */
export async function productionSettings(): Promise<Record<string, string>> {
  const guide = await readFile(join(ROOT, "docs/deploy.md"), "utf8");
  const [, file, ...others] = guide.split(/^```dotenv\n/m);
  if (file === undefined || others.length > 0) {
    throw new Error("docs/deploy.md has no block, or several, in the language dotenv.");
  }
  return Settings.parse(parseEnv(file.slice(0, file.indexOf("```"))));
}
