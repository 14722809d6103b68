/**
 * What arrives for one tenant, and whoever waits for it. SQS and EventBridge may deliver the same
 * thing twice: it is held once.
 */
export interface Mailbox<Letter> {
  readonly letters: readonly Letter[];
  /** `identity`: what a second delivery of the same thing has in common with the first. */
  put(letter: Letter, identity: string): void;
  /** Resolves true once what is there is enough, false when the time is over before. */
  until(enough: (letters: readonly Letter[]) => boolean, timeoutMs: number): Promise<boolean>;
}

export function openMailbox<Letter>(): Mailbox<Letter> {
  const letters: Letter[] = [];
  const identities = new Set<string>();
  const waiting = new Set<() => void>();
  return {
    letters,
    put: (letter, identity) => {
      if (identities.has(identity)) return;
      identities.add(identity);
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
