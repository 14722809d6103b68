import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

/** A deliberate bug: one piece of the production code's text, replaced as the module is loaded. */
export interface Mutant {
  readonly name: string;
  /** What is broken, in words. */
  readonly about: string;
  /** Path of the module under `packages/`. */
  readonly file: string;
  /** Stands in the module exactly once. */
  readonly search: string;
  readonly replace: string;
  /**
   * `sdk`: it is in an adapter, so only the simulation under the clients can see it. `approvals`: the
   * simulation of approvals sees it.
   */
  readonly level?: "sdk" | "approvals";
  /** Why no outcome can tell it from the code as it is: it is not hunted. */
  readonly equivalent?: string;
  readonly profile?:
    | "stop-race"
    | "burst"
    | "midnight"
    | "sink-outage"
    | "throttled-tenant"
    | "wrong-clock";
}

const PACKAGES = new URL("../../../", import.meta.url);

/** Throws unless the piece stands in the module exactly once. */
export function mutated(mutant: Mutant, source: string): string {
  const pieces = source.split(mutant.search);
  if (pieces.length !== 2) {
    const count = pieces.length - 1;
    throw new Error(`${mutant.name}: found ${count} times in ${mutant.file}, not once`);
  }
  return pieces.join(mutant.replace);
}

export function sourceOf({ file }: Mutant): string {
  return readFileSync(new URL(file, PACKAGES), "utf8");
}

/** Breaks every later import of the mutant's module, in this process. The files stay as they are. */
export function plant(mutant: Mutant): void {
  const { href } = new URL(mutant.file, PACKAGES);
  mutated(mutant, sourceOf(mutant));
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (url !== href) return loaded;
      return { ...loaded, source: mutated(mutant, String(loaded.source)) };
    },
  });
}
