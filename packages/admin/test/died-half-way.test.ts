import { randomUUID } from "node:crypto";
import { systemClock } from "@autonomy-gate/core/adapters";
import { budgetWritesOf, positionNow } from "@autonomy-gate/core/budget";
import { configStore } from "@autonomy-gate/core/commit";
import { scopeOf } from "@autonomy-gate/core/configuration";
import { calendarAt } from "@autonomy-gate/core/day";
import { decide } from "@autonomy-gate/core/gate";
import { ActionIntentV1 } from "@autonomy-gate/core/intent";
import { gateStore } from "@autonomy-gate/core/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aNote } from "./decided.ts";
import { openAdmin, type TestAdmin } from "./open-admin.ts";

const STALE = { "if-match": '"stale"' };

describe("after a process died between the two raises of an account's fence", () => {
  let admin: TestAdmin;
  let key: string;
  beforeAll(async () => {
    admin = await openAdmin();
    key = await admin.newKey("acme", "admin");
  });
  afterAll(() => admin.close());

  const send = (method: string, path: string, body?: object, headers = {}) =>
    admin.send(method, path, { key, body, headers });

  it.each([
    ["DELETE, answered 404", "DELETE", undefined, {}, 404],
    ["DELETE with If-Match, answered 412", "DELETE", undefined, STALE, 412],
    ["PUT with If-Match, answered 412", "PUT", { mode: "DISABLED" }, STALE, 412],
  ])(
    "nothing automatic commits on older facts once asked again: %s",
    async (name, method, body, headers, status) => {
      const account_id = `half-way-${status}-${method}`;
      const store = gateStore(admin.table);
      await send("PUT", "/config", { account_id, mode: "AUTO_EXECUTE" });
      await send("PUT", "/budget", { account_id, max_autonomous_per_day: 5 });
      const intent = ActionIntentV1.parse(aNote(account_id, "i1"));
      const [old] = (await store.readFacts([intent])).replies;
      await deleteModeAndDie(intent);
      const [now] = (await store.readFacts([intent])).replies;
      if (old?.facts === undefined || now?.facts === undefined) return expect.unreachable();

      const path = method === "DELETE" ? `/config?account_id=${account_id}` : "/config";
      const retried = await send(method, path, body && { account_id, ...body }, headers);
      expect(retried.status, name).toBe(status);

      // A batch is no snapshot: a read may pair the mode from before with the fence after it.
      const calendar = calendarAt(Date.now());
      const proposal = decide(intent, { ...old.facts, calendar });
      const position = positionNow(now.facts.budgetState, "UTC", calendar);
      if (proposal.kind === "held" || position === undefined) return expect.unreachable();
      const writes = budgetWritesOf(intent, position, [proposal], calendar.instant);
      expect(await store.recordClaims([], writes)).toMatchObject({ status: "refused" });
    },
  );

  /** Deletes the account's mode, and never gets beyond the wait for the second raise. */
  async function deleteModeAndDie({ tenant_id, account_id }: ActionIntentV1): Promise<void> {
    const address = { scope: scopeOf(tenant_id, account_id), object: { kind: "MODE" } } as const;
    const before = await admin.ports.config.read(address);
    if (before === undefined) return expect.unreachable();
    await new Promise<void>((died) => {
      const sleep = () => {
        died();
        return new Promise<void>(() => {});
      };
      const dying = configStore({
        table: admin.table,
        clock: { ...systemClock(), sleep },
        newId: randomUUID,
      });
      const about = { actor: "test", action: "DELETE /config", request_id: "r", at: "" };
      void dying.write({ ...address, before, ...about });
    });
  }
});
