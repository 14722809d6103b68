import type { Figures } from "../measure.ts";
import { shapeOf } from "./shape.ts";
import type { Cell } from "./table.ts";

/** One figure beside its goal and the least it can be. */
export interface Goal {
  readonly figure: string;
  readonly value: number;
  readonly goal: string;
  readonly reached: boolean;
  /** `–` where none is known. */
  readonly floor: Cell;
}

/** `list_pk` and the facts `lifecycle_state` and `expires_at`: what the contract does not name. */
const OWN_ATTRIBUTES_BYTES = 70;

export function goalsOf(figures: Figures): Goal[] {
  const { recordBytes, speed, loadMs, pure, memory } = figures;
  const [ten, fifty] = speed;
  const one = shapeOf(figures, 10, "automatic", "one-account").gate;
  const spread = shapeOf(figures, 10, "automatic", "all-different").gate;
  const spent = shapeOf(figures, 10, "spent", "one-account").gate;
  const grownMb = (memory.lateBytes - memory.earlyBytes) / 1e6;
  return [
    atMost("calls a decision, 10 of one account", one.calls / 10, 0.3, 0.3),
    atMost("round trips of that batch", one.roundTrips, 3, 3),
    atMost("write units a decision of that batch", one.write / 10, 2.2, 2.2),
    atMost("calls a decision, 10 accounts", spread.calls / 10, 1.3, 1.2),
    atMost("round trips of that batch", spread.roundTrips, 3, 3),
    atMost("write units a decision, budget spent", spent.write / 10, 1, 1),
    atMost("index write units a decision", one.indexWrite / 10, 1, 0),
    atMost("read units a decision, 10 of one account", one.read / 10, 2, 0.1),
    recordOf("bytes of an automatic record", recordBytes.automatic, 1_024),
    recordOf("bytes of a held record", recordBytes.held, 2_048),
    recordOf("bytes of a record on a spent budget", recordBytes.spent, 1_024),
    atLeast("times the peer's decisions a second, 10", ten?.speedRatio ?? 0, 10),
    atLeast("times the peer's decisions a second, 50", fifty?.speedRatio ?? 0, 15),
    atMost(
      "load time of the bundle, of the peer's",
      loadMs.gate / loadMs.peer,
      0.5,
      loadMs.node / loadMs.peer,
    ),
    atMost("µs a pure decision, p50", pure.p50Us, 10, 0.4),
    atMost("MB grown from 10,000 to 100,000 decisions", grownMb, 1, 0),
  ];
}

function atMost(figure: string, value: number, limit: number, floor: number): Goal {
  return { figure, value, goal: `at most ${limit}`, reached: value <= limit, floor };
}

function atLeast(figure: string, value: number, limit: number): Goal {
  return { figure, value, goal: `at least ${limit}`, reached: value >= limit, floor: "–" };
}

function recordOf(figure: string, bytes: number, limit: number): Goal {
  return atMost(figure, bytes, limit, bytes - OWN_ATTRIBUTES_BYTES);
}
