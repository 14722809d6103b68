import { setImmediate as nextTurn } from "node:timers/promises";

/** Turns of the event loop in which whoever got an answer may make its next call. */
const TURNS_TO_CALL = 3;

/**
 * Lets answers out in rounds: one round ends when every call under way has its answer and nobody
 * makes another. What can go in parallel does, so the rounds are the round trips that have to be
 * waited for one after the other.
 */
export interface Rounds {
  /** Makes a call; its answer is let out with those of its round. */
  join<T>(send: () => Promise<T>): Promise<Joined<T>>;
}

interface Joined<T> {
  readonly round: number;
  readonly outcome: PromiseSettledResult<T>;
}

export function createRounds(): Rounds {
  let round = 0;
  let underWay = 0;
  let held: (() => void)[] = [];

  /** Called when a call is held: ends the round if it was the last one under way. */
  const endRound = async () => {
    for (let turn = 0; turn < TURNS_TO_CALL; turn++) await nextTurn();
    if (underWay > held.length || held.length === 0) return;
    const answers = held;
    held = [];
    underWay -= answers.length;
    round += 1;
    for (const letOut of answers) letOut();
  };

  return {
    join: async (send) => {
      const mine = round;
      underWay += 1;
      const [outcome] = await Promise.allSettled([send()]);
      const gate = Promise.withResolvers<void>();
      held.push(gate.resolve);
      void endRound();
      await gate.promise;
      return { round: mine, outcome };
    },
  };
}
