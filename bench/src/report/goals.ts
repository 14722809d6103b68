import type { CountedShape, Figures } from "../measure.ts";
import type { Kind, Spread } from "../workload.ts";
import { costPerMillion, floorCounts } from "./cost.ts";
import { table } from "./table.ts";

/** One figure beside what was asked for, the least there can be, and why it is not that. */
export interface Goal {
  readonly figure: string;
  readonly value: number;
  readonly goal: string;
  readonly reached: boolean;
  readonly floor: string;
  readonly why: string;
}

/** The stand-ins work on each item of a transaction while the consumer waits for them. */
function speedGap(contest: Figures["speed"][number] | undefined): string {
  const times = (contest?.cpuRatio ?? 0).toPrecision(3);
  return `${times} times less CPU; the stand-ins' own work on each item stands in both times`;
}

/** The shape counted with a size, a kind and a spread. */
function shapeOf(figures: Figures, size: number, kind: Kind, spread: Spread): CountedShape {
  const found = figures.counts.find(
    (shape) => shape.size === size && shape.kind === kind && shape.spread === spread,
  );
  if (found === undefined) throw new TypeError(`Batches of ${size} ${kind} were not counted.`);
  return found;
}

export function goalsOf(figures: Figures): Goal[] {
  return [...countGoals(figures), ...ratioGoals(figures), ...ownGoals(figures)];
}

/** `list_pk` and the facts `lifecycle_state` and `expires_at`: what the contract does not name. */
const OWN_ATTRIBUTES_BYTES = 70;

function atMost(figure: string, value: number, limit: number, floor: string, why: string): Goal {
  return { figure, value, goal: `at most ${limit}`, reached: value <= limit, floor, why };
}

function atLeast(figure: string, value: number, limit: number, floor: string, why: string): Goal {
  return { figure, value, goal: `at least ${limit}`, reached: value >= limit, floor, why };
}

function countGoals(figures: Figures): Goal[] {
  const one = shapeOf(figures, 10, "automatic", "one-account").gate;
  const ten = shapeOf(figures, 10, "automatic", "all-different").gate;
  const spent = shapeOf(figures, 10, "spent", "one-account").gate;
  const { automatic, held, spent: spentBytes } = figures.recordBytes;
  return [
    atMost("calls a decision, 10 of one account", one.calls / 10, 0.3, "0.3", "at the floor"),
    atMost("round trips of that batch", one.roundTrips, 3, "3", "at the floor"),
    atMost("write units a decision of that batch", one.write / 10, 2.2, "2.2", "at the floor"),
    atMost("calls a decision, 10 accounts", ten.calls / 10, 1.3, "1.2", "at the floor"),
    atMost("round trips of that batch", ten.roundTrips, 3, "3", "at the floor"),
    atMost("write units a decision, budget spent", spent.write / 10, 1, "1", "at the floor"),
    atMost(
      "index write units a decision",
      one.indexWrite / 10,
      1,
      "0",
      "the list of decisions newest first; 0 without it",
    ),
    atMost(
      "read units a decision, 10 of one account",
      one.read / 10,
      1.6,
      "0.1",
      "16 small items at 1 unit each, so that each level is configured by itself",
    ),
    atMost(
      "bytes of an automatic record",
      automatic,
      1_024,
      String(automatic - OWN_ATTRIBUTES_BYTES),
      "our own facts and the list's key; the rest are the contract's attributes",
    ),
    atMost("bytes of a held record", held, 2_048, String(held - OWN_ATTRIBUTES_BYTES), "as above"),
    atMost(
      "bytes of a record on a spent budget",
      spentBytes,
      1_024,
      String(spentBytes - OWN_ATTRIBUTES_BYTES),
      "as above",
    ),
  ];
}

function ratioGoals(figures: Figures): Goal[] {
  const [ten, fifty] = figures.speed;
  const { gate, peer, node } = figures.loadMs;
  return [
    atLeast(
      "times the peer's decisions a second, 10",
      ten?.speedRatio ?? 0,
      10,
      "20 fewer calls",
      speedGap(ten),
    ),
    atLeast(
      "times the peer's decisions a second, 50",
      fifty?.speedRatio ?? 0,
      15,
      "43 fewer calls",
      speedGap(fifty),
    ),
    atMost(
      "load time of the bundle, of the peer's",
      gate / peer,
      0.5,
      (node / peer).toFixed(2),
      "the floor is what both import of Node itself; then AWS clients, schemas, calendar",
    ),
  ];
}

function ownGoals({ pure, memory }: Figures): Goal[] {
  return [
    atMost(
      "µs a pure decision, p50",
      pure.p50Us,
      10,
      "0.4",
      "every clause is asked, and the answer carries its facts and sentences",
    ),
    atMost(
      "MB grown from 10,000 to 100,000 decisions",
      (memory.lateBytes - memory.earlyBytes) / 1e6,
      1,
      "0",
      "at the floor",
    ),
  ];
}

export function goalTable(goals: readonly Goal[]): string {
  return table(
    ["figure", "here", "asked for", "reached", "floor", "what is between"],
    goals.map(({ figure, value, goal, reached, floor, why }) => [
      figure,
      Number.isInteger(value) ? value : Number(value.toPrecision(3)),
      goal,
      reached ? "yes" : "no",
      floor,
      why,
    ]),
  );
}

export function costTable(figures: Figures): string {
  const [ten] = figures.speed;
  const cases = (["one-account", "all-different"] as const).flatMap((spread) => {
    const { gate, peer } = shapeOf(figures, 10, "automatic", spread);
    return [
      [`gate, ${spread}`, costPerMillion(gate, 10, ten?.gate.cpuUsPerDecision ?? 0)],
      [`peer, ${spread}`, costPerMillion(peer, 10, ten?.peer.cpuUsPerDecision ?? 0)],
    ] as const;
  });
  const rows = [...cases, ["floor", costPerMillion(floorCounts(10), 10, 0)] as const];
  return table(
    ["batch of 10", "reads", "writes", "index", "events", "queue", "Lambda", "all"],
    rows.map(([name, cost]) => [
      name,
      ...[
        cost.reads,
        cost.writes,
        cost.indexWrites,
        cost.events,
        cost.queue,
        cost.lambda,
        cost.total,
      ].map((dollars) => dollars.toFixed(2)),
    ]),
  );
}
