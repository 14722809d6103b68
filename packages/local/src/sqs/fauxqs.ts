import type { buildApp } from "fauxqs";

/**
 * The only module that knows fauxqs's insides. Its public face is an HTTP server; moving dead
 * letters and bounding a queue need its store, and keeping it needs its database. The types here
 * state what this package relies on, and the version is pinned exactly.
 */

export interface SqsMessage {
  readonly messageId: string;
  readonly body: string;
  readonly messageAttributes: object;
  readonly messageGroupId?: string;
  /** Epoch milliseconds. */
  readonly sentTimestamp: number;
}

export interface SqsQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** What a receive would return, the oldest first. */
  readonly messages: SqsMessage[];
  persistence?: Pick<Persistence, "deleteMessage">;
  enqueue(message: SqsMessage): void;
  /** Makes what came back from a receive, or was delayed, receivable. */
  processTimers(): void;
}

export interface SqsStore {
  persistence?: Persistence;
  allQueues(): Iterable<SqsQueue>;
  getQueue(url: string): SqsQueue | undefined;
  getQueueByArn(arn: string): SqsQueue | undefined;
}

interface StoreModule {
  readonly SqsStore: {
    new (): SqsStore;
    createMessage(
      body: string,
      attributes: object,
      delaySeconds: undefined,
      groupId: string | undefined,
    ): SqsMessage;
  };
}

interface Persistence {
  deleteMessage(messageId: string): void;
  loadSqsAndSns(sqs: SqsStore, sns: object): void;
  close(): void;
}

interface PersistenceModule {
  readonly PersistenceManager: new (folder: string) => Persistence;
}

interface AppModule {
  readonly buildApp: (options: {
    readonly logger: boolean;
    readonly stores: { readonly sqsStore: SqsStore };
  }) => ReturnType<typeof buildApp>;
}

const { buildApp: build }: AppModule = await import(insideFauxqs("app.js"));
const { SqsStore: Store }: StoreModule = await import(insideFauxqs("sqs/sqsStore.js"));

function insideFauxqs(path: string): string {
  return new URL(path, import.meta.resolve("fauxqs")).href;
}

/** A message as new: with another id, not yet received, sent now. */
export function sentAgain({ body, messageAttributes, messageGroupId }: SqsMessage): SqsMessage {
  return Store.createMessage(body, messageAttributes, undefined, messageGroupId);
}

/** Takes the oldest message out of a queue. */
export function takeOldest(queue: SqsQueue): SqsMessage | undefined {
  const message = queue.messages.shift();
  if (message !== undefined) queue.persistence?.deleteMessage(message.messageId);
  return message;
}

/** A server that does not listen yet, the store it serves, and what closes the store's database. */
export interface Fauxqs {
  readonly app: ReturnType<typeof buildApp>;
  readonly store: SqsStore;
  closeDatabase(): void;
}

/** `folder`: where queues and messages are kept; absent: in memory. */
export async function openFauxqs(folder: string | undefined): Promise<Fauxqs> {
  const store = new Store();
  const database = folder === undefined ? undefined : await openDatabase(folder, store);
  const app = build({ logger: false, stores: { sqsStore: store } });
  return { app, store, closeDatabase: () => database?.close() };
}

/** As fauxqs's own start does: everything is read before the first write. */
async function openDatabase(folder: string, store: SqsStore): Promise<Persistence> {
  const { PersistenceManager }: PersistenceModule = await import(insideFauxqs("persistence.js"));
  const database = new PersistenceManager(folder);
  database.loadSqsAndSns(store, { topics: new Map(), subscriptions: new Map() });
  store.persistence = database;
  for (const queue of store.allQueues()) queue.persistence = database;
  return database;
}
