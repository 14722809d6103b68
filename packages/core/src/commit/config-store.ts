import type { ConfigAddress } from "../config/address.ts";
import type { ChangeReply, ConfigAttributes, ConfigChange } from "../config/change.ts";
import { TransientError } from "../errors.ts";
import type { Clock, ConfigStore } from "../ports.ts";
import { changeWrites, fencedBudget, fenceRaiseAgain } from "../store/config-items.ts";
import { configAddress } from "../store/config-keys.ts";
import type { Item, Table } from "../table/table.ts";
import { createBackoff, deadlineIn } from "./backoff.ts";
import { FENCE_SETTLE_MS } from "./bounds.ts";

/** How long a request may be tried again. Below what API Gateway allows an answer to take. */
const WRITE_MS_MAX = 20_000;

/**
 * The longest wait between two attempts. An account's fence is an item that every commit of the
 * account writes: a stop has to find its gap among them, so it asks more often than they do.
 */
const WRITE_DELAY_MS_MAX = 100;

/** What the protocol of a change works with. */
export interface ConfigStorePorts {
  readonly table: Table;
  readonly clock: Clock;
  /** A new id, sortable by time: of an audit entry, and of a request that may be sent again. */
  readonly newId: () => string;
  /** Most configuration objects of a tenant and its accounts, stops left out. Default: 2,000. */
  readonly objectsMax?: number;
}

export const CONFIG_OBJECTS_MAX_DEFAULT = 2_000;

/**
 * The configuration and the protocol of its changes: compare and write, raise the fence of the
 * budget it concerns in the same transaction, wait until no read from before can still be under way, raise it again.
 */
export function configStore(ports: ConfigStorePorts): ConfigStore {
  const { table, clock } = ports;
  const settle = (address: ConfigAddress) => raiseAgain(table, address, clock);
  return {
    read: async (address) => attributesOf(await untilDone(clock, () => read(table, address))),
    write: async (change) => {
      const reply = await writeChange(ports, change);
      try {
        await settle(change);
      } catch (cause) {
        throw reply.status === "written" ? unsettled(cause) : cause;
      }
      return reply;
    },
    settle,
  };
}

function read(table: Table, address: ConfigAddress): Promise<Item | undefined> {
  return table.get(configAddress(address));
}

function unsettled(cause: unknown): TransientError {
  return new TransientError("UNSETTLED", "The change is stored and its account's fence is not.", {
    cause,
  });
}

/** Raises a budget's fence once no read from before the last change can still be under way. */
async function raiseAgain(table: Table, address: ConfigAddress, clock: Clock): Promise<void> {
  const fenced = fencedBudget(address);
  if (fenced === undefined) return;
  await clock.sleep(FENCE_SETTLE_MS);
  // Refused: there is no state, so no fence was ever raised.
  await untilDone(clock, () => table.update(fenceRaiseAgain(fenced)));
}

/** One token for all attempts: a change whose reply was lost is not taken for another's. */
async function writeChange(
  { table, clock, newId, objectsMax = CONFIG_OBJECTS_MAX_DEFAULT }: ConfigStorePorts,
  change: ConfigChange,
): Promise<ChangeReply> {
  const writes = changeWrites(change, newId(), objectsMax);
  const token = newId();
  return untilDone(clock, async (): Promise<ChangeReply> => {
    const reply = await table.transact(writes, token);
    if (reply.status === "done") return { status: "written" };
    if (!reply.refused.has(0)) return { status: "too-many", objectsMax };
    const current = attributesOf(reply.refused.get(0));
    return { status: "changed-meanwhile", ...(current === undefined ? {} : { current }) };
  });
}

async function untilDone<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  const backoff = createBackoff(clock, deadlineIn(clock, WRITE_MS_MAX), WRITE_DELAY_MS_MAX);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      await backoff.wait(error);
    }
  }
}

function attributesOf(item: Item | undefined): ConfigAttributes | undefined {
  if (item === undefined) return undefined;
  const { pk, sk, ...attributes } = item;
  return attributes;
}
