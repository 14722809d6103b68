import type { CountedShape, Figures } from "../measure.ts";
import type { Kind, Spread } from "../workload.ts";

/** The counts of the batch with a size, a kind and a spread. Throws when it was not counted. */
export function shapeOf(
  { counts }: Pick<Figures, "counts">,
  size: number,
  kind: Kind,
  spread: Spread,
): CountedShape {
  const found = counts.find(
    (shape) => shape.size === size && shape.kind === kind && shape.spread === spread,
  );
  if (found === undefined) throw new TypeError(`Batches of ${size} ${kind} were not counted.`);
  return found;
}
