/** Seeded chance: the same seed gives the same numbers, on every machine. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number;
  /** A whole number from 0 up to but not including `below`. */
  int(below: number): number;
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
  shuffled<T>(values: readonly T[]): T[];
  /** A stream of its own, so that what one part draws does not move another's numbers. */
  fork(): Random;
}

/** sfc32, its state spread from the seed by splitmix32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  let a = spread();
  let b = spread();
  let c = spread();
  let counter = 1;
  for (let round = 0; round < 12; round++) draw();

  function spread(): number {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  }

  function draw(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  const next = () => draw() / 0x1_0000_0000;
  const int = (below: number) => Math.floor(next() * below);
  return {
    next,
    int,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => probability > 0 && next() < probability,
    pick: (values) => {
      const value = values[int(values.length)];
      if (value === undefined) throw new RangeError("There is nothing to pick from.");
      return value;
    },
    shuffled: (values) => {
      const order = [...values];
      for (let last = order.length - 1; last > 0; last--) {
        const other = int(last + 1);
        const [x, y] = [order[last], order[other]];
        if (x === undefined || y === undefined) continue;
        order[last] = y;
        order[other] = x;
      }
      return order;
    },
    fork: () => createRandom(draw()),
  };
}
