import { test } from "vitest";
import { aBudgetState, anIntent, aSnapshot } from "../../test/fixtures.ts";
import { decide } from "./decide.ts";
import { decideNow } from "./decide-now.ts";

/** It is to take less than 20 µs: more than 50,000 a second. */
test("the pure part of a decision", async ({ bench }) => {
  const intent = anIntent();
  const snapshot = aSnapshot({ budgetState: aBudgetState({ count: 1 }) });
  const spent = aSnapshot({ budgetState: aBudgetState({ count: 5 }) });
  const wrong = anIntent({ action_type: "WIRE_MONEY", risk_level: "HIGH", confidence_score: 87 });
  await bench.compare(
    bench("decided and settled, automatic", () => {
      decideNow(intent, snapshot);
    }),
    bench("decided and settled, budget spent", () => {
      decideNow(intent, spent);
    }),
    bench("decided, three reasons against it", () => {
      decide(wrong, snapshot);
    }),
  );
});
