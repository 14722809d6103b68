import { afterAll, beforeAll, expect, test } from "vitest";
import { aNote, recordDecision } from "./decided.ts";
import { type Json, openAdmin, type TestAdmin } from "./open-admin.ts";

/** A batch is decided at one instant: its decisions tie in the list's order by time. */

const INSTANT = "2026-11-22T09:30:00.000Z";
let admin: TestAdmin;
beforeAll(async () => {
  admin = await openAdmin();
});
afterAll(() => admin.close());

for (const limit of [1, 7, 100]) {
  for (const filter of ["", "&account_id=busy"]) {
    test(`meets each of many decisions of one instant once: ${limit} a page${filter}`, async () => {
      const tenant_id = `instant-${limit}${filter === "" ? "" : "-account"}`;
      const ids = Array.from({ length: 24 }, (_, n) => `i${n}`);
      await Promise.all(
        ids.map((id) => recordDecision(admin, aNote("busy", id, { tenant_id }), INSTANT)),
      );
      await recordDecision(
        admin,
        aNote("busy", "older", { tenant_id }),
        "2026-11-22T09:29:59.999Z",
      );
      await recordDecision(
        admin,
        aNote("busy", "newer", { tenant_id }),
        "2026-11-22T09:30:00.001Z",
      );
      const key = await admin.newKey(tenant_id, "viewer");
      const seen: string[] = [];
      let token = "";
      do {
        const { json } = await admin.send("GET", `/decisions?limit=${limit}${filter}${token}`, {
          key,
        });
        seen.push(...json.decisions.map((decision: Json) => decision.action_intent_id));
        token = json.next_token === undefined ? "" : `&next_token=${json.next_token}`;
      } while (token !== "");
      expect(seen.at(0)).toBe("newer");
      expect(seen.at(-1)).toBe("older");
      expect(seen.slice(1, -1).sort()).toEqual(ids.sort());
    });
  }
}
