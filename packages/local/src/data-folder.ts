import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Where one machine's stack keeps what it knows, file by file. */
export interface DataFolder {
  readonly path: string;
  readonly tables: string;
  readonly queues: string;
  readonly rules: string;
  /** The admin API's key of `pnpm start`, the same at every start. */
  readonly adminKey: string;
}

/** The folder is readable by its owner only: it holds a key. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = resolve(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    path: folder,
    tables: join(folder, "tables"),
    queues: join(folder, "queues"),
    rules: join(folder, "rules.json"),
    adminKey: join(folder, "admin-key"),
  };
}

/** What to say at a start: whether anything outlives it. */
export function keptText(folder: DataFolder | undefined): string {
  return folder === undefined
    ? "Nothing is kept: tables, queues and rules end with the stack. Keep them with --data DIR."
    : `Tables, queues and rules are kept in ${folder.path}.`;
}
