/** Every marker of the bench, misspelt ones too. */
const MARKER = /<!--\s*\/?\s*bench\b.*?-->/g;
const BLOCK = /<!-- bench:([\w-]+) -->[\s\S]*?<!-- \/bench:\1 -->/g;

/** Writes each table between its two markers. Throws as `checkMarkers` does. */
export function fillTables(page: string, tables: ReadonlyMap<string, string>): string {
  checkMarkers(page, [...tables.keys()]);
  return page.replaceAll(BLOCK, (_, name: string) =>
    [opening(name), tables.get(name), closing(name)].join("\n\n"),
  );
}

/**
 * Throws an error that names the marker when a page has an unknown one, or lacks or repeats one of
 * a table, or when other markers stand between a table's two.
 */
export function checkMarkers(page: string, names: readonly string[]): void {
  const found: readonly string[] = page.match(MARKER) ?? [];
  const known = new Set(names.flatMap((name) => [opening(name), closing(name)]));
  for (const marker of found) {
    if (!known.has(marker)) throw new Error(`The page has an unknown marker: ${marker}`);
  }
  for (const marker of known) {
    const times = found.filter((each) => each === marker).length;
    if (times !== 1)
      throw new Error(`The page must have ${marker} once, but has it ${times} times.`);
  }
  for (const name of names) {
    const next = found[found.indexOf(opening(name)) + 1];
    if (next !== closing(name)) {
      throw new Error(`The next marker after ${opening(name)} must be ${closing(name)}.`);
    }
  }
}

function opening(name: string): string {
  return `<!-- bench:${name} -->`;
}

function closing(name: string): string {
  return `<!-- /bench:${name} -->`;
}
