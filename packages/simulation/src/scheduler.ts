/** Virtual time: what is to happen, in order; nothing takes any real time. */
export interface Scheduler {
  /** Virtual milliseconds since the run began. */
  nowMs(): number;
  /** Does something at a moment, or now when that is past; equals keep their order. */
  at(timeMs: number, run: () => void): void;
  after(delayMs: number, run: () => void): void;
  /** To be told whenever a promise was settled: its continuations run before time goes on. */
  woke(): void;
  /** Runs until nothing is left, `isDone` says so, or the time is over. Says whether it was. */
  run(isDone: () => boolean, untilMs: number): Promise<boolean>;
}

interface Event {
  readonly timeMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * @param quiet resolves once every continuation has run as far as it can
 */
export function createScheduler(quiet: () => Promise<void>): Scheduler {
  const heap: Event[] = [];
  let nowMs = 0;
  let order = 0;
  let hasWoken = false;

  function at(timeMs: number, run: () => void): void {
    push(heap, { timeMs: Math.max(nowMs, timeMs), order: order++, run });
  }

  return {
    nowMs: () => nowMs,
    at,
    after: (delayMs, run) => at(nowMs + delayMs, run),
    woke: () => {
      hasWoken = true;
    },
    run: async (isDone, untilMs) => {
      if (hasWoken) await settle();
      while (!isDone()) {
        const [first] = heap;
        if (first === undefined || first.timeMs > untilMs) return false;
        pop(heap);
        nowMs = first.timeMs;
        first.run();
        if (hasWoken) await settle();
      }
      return true;
    },
  };

  async function settle(): Promise<void> {
    hasWoken = false;
    await quiet();
  }
}

/** Lets every promise continuation run: they all come before the next turn of the event loop. */
export function afterMicrotasks(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function isBefore(a: Event, b: Event): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(event, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const childIndex = smallerChild(heap, index);
    const child = childIndex === undefined ? undefined : heap[childIndex];
    if (childIndex === undefined || child === undefined || !isBefore(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}

function smallerChild(heap: readonly Event[], index: number): number | undefined {
  const leftIndex = 2 * index + 1;
  const left = heap[leftIndex];
  const right = heap[leftIndex + 1];
  if (left === undefined) return undefined;
  return right !== undefined && isBefore(right, left) ? leftIndex + 1 : leftIndex;
}
