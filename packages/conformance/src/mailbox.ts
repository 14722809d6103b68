/** What arrives for one tenant, and whoever waits for it. */
export interface Mailbox<Letter> {
  readonly letters: readonly Letter[];
  put(letter: Letter): void;
  /** Resolves true once what is there is enough, false when the time is over before. */
  until(enough: (letters: readonly Letter[]) => boolean, timeoutMs: number): Promise<boolean>;
}

export function openMailbox<Letter>(): Mailbox<Letter> {
  const letters: Letter[] = [];
  const waiting = new Set<() => void>();
  return {
    letters,
    put: (letter) => {
      letters.push(letter);
      for (const look of [...waiting]) look();
    },
    until: (enough, timeoutMs) => {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const done = (answer: boolean) => {
        waiting.delete(look);
        clearTimeout(timer);
        resolve(answer);
      };
      const look = () => {
        if (enough(letters)) done(true);
      };
      const timer = setTimeout(() => done(false), timeoutMs);
      waiting.add(look);
      look();
      return promise;
    },
  };
}
