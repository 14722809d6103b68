export type Cell = string | number;

/** A table in Markdown; numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = headings.map((_, column) =>
    rows.every((row) => typeof row[column] === "number"),
  );
  const lines = [
    headings,
    isNumber.map((right) => (right ? "---:" : "---")),
    ...rows.map((row) => row.map(text)),
  ];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A table with a row for each value and a column for each heading with its cell. */
export function tableOf<Value>(
  values: readonly Value[],
  columns: readonly (readonly [heading: string, cell: (value: Value) => Cell])[],
): string {
  return table(
    columns.map(([heading]) => heading),
    values.map((value) => columns.map(([, cell]) => cell(value))),
  );
}

function text(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString("en-US");
  return cell.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
