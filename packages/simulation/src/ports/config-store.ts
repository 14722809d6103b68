import { configKey } from "@autonomy-gate/core/adapters/dynamodb/config-keys";
import {
  changeItems,
  fencedAccount,
  fenceRaiseAgain,
} from "@autonomy-gate/core/adapters/dynamodb/config-write";
import { createBackoff, deadlineIn } from "@autonomy-gate/core/commit/backoff";
import { FENCE_SETTLE_MS } from "@autonomy-gate/core/commit/bounds";
import type { ConfigScope } from "@autonomy-gate/core/config/address";
import type {
  ChangeReply,
  ConfigAttributes,
  ConfigChange,
} from "@autonomy-gate/core/config/change";
import { TransientError } from "@autonomy-gate/core/errors";
import type { ConfigStore } from "@autonomy-gate/core/ports";
import { actionOf } from "../dynamo/actions.ts";
import type { Dynamo } from "../dynamo/dynamo.ts";
import type { Attributes } from "../dynamo/expressions.ts";
import { ServiceFault } from "../network.ts";
import type { SimProcess } from "../process.ts";
import { TABLES, transientFrom } from "./gate-store.ts";

const WRITE_MS_MAX = 5_000;

/** The configuration on the simulated DynamoDB, by the same protocol as the real adapter. */
export function simulatedConfigStore(dynamo: Dynamo, process: SimProcess): ConfigStore {
  return {
    read: async (address) => {
      const at = { table: TABLES.config, ...configKey(address) };
      return attributesOf(await untilDone(process, () => dynamo.get(process, at)));
    },
    write: async (change) => {
      const reply = await writeChange(dynamo, process, change);
      await settled(dynamo, process, change.scope);
      return reply;
    },
    settle: (scope) => settled(dynamo, process, scope),
  };
}

async function settled(dynamo: Dynamo, process: SimProcess, scope: ConfigScope): Promise<void> {
  const account = fencedAccount(scope);
  if (account === undefined) return;
  await process.clock.sleep(FENCE_SETTLE_MS);
  const raise = actionOf({ Update: fenceRaiseAgain(TABLES.budgetState, account) });
  await untilDone(process, async () => {
    try {
      await dynamo.update(process, raise);
    } catch (error) {
      const absent =
        error instanceof ServiceFault && error.code === "ConditionalCheckFailedException";
      if (!absent) throw error;
    }
  });
}

async function writeChange(
  dynamo: Dynamo,
  process: SimProcess,
  change: ConfigChange,
): Promise<ChangeReply> {
  const token = `${change.request_id} ${process.clock.random()}`;
  const actions = changeItems(TABLES, change, token).map(actionOf);
  return untilDone(process, async (): Promise<ChangeReply> => {
    try {
      await dynamo.transact(process, actions, token);
      return { status: "written" };
    } catch (error) {
      if (!(error instanceof ServiceFault) || error.reasons.length === 0) throw error;
      const [object] = error.reasons;
      if (object?.code !== "ConditionalCheckFailed") {
        throw new TransientError("CONFLICT", "The change met another one.", { cause: error });
      }
      const current = attributesOf(object.item);
      return { status: "changed-meanwhile", ...(current === undefined ? {} : { current }) };
    }
  });
}

async function untilDone<T>({ clock }: SimProcess, attempt: () => Promise<T>): Promise<T> {
  const backoff = createBackoff(clock, deadlineIn(clock, WRITE_MS_MAX));
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const fault = error instanceof TransientError ? error : transientFrom(error);
      if (!(fault instanceof TransientError)) throw fault;
      await backoff.wait(fault);
    }
  }
}

function attributesOf(item: Attributes | undefined): ConfigAttributes | undefined {
  if (item === undefined) return undefined;
  const { pk, sk, ...attributes } = item;
  return attributes;
}
