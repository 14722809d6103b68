import { bench, describe } from "vitest";
import { aBudgetState, anIntent, aSnapshot, decisionFor } from "../../test/fixtures.ts";
import { decide } from "./decide.ts";

/** The pure part of a decision is to take less than 20 µs: more than 50,000 a second. */
describe("the pure part of a decision", () => {
  const intent = anIntent();
  const snapshot = aSnapshot({ budgetState: aBudgetState({ count: 1 }) });
  const spent = aSnapshot({ budgetState: aBudgetState({ count: 5 }) });
  const wrong = anIntent({ action_type: "WIRE_MONEY", risk_level: "HIGH", confidence_score: 87 });

  bench("decide and settle, automatic", () => {
    decisionFor(intent, snapshot);
  });

  bench("decide and settle, budget spent", () => {
    decisionFor(intent, spent);
  });

  bench("decide, four reasons against it", () => {
    decide(wrong, snapshot);
  });
});
