import { expect, test } from "vitest";
import { anApproval, aRule, canonicalText, heldSnapshot } from "../../test/approvals.ts";
import { anIntent } from "../../test/fixtures.ts";
import { memoryTable } from "../adapters/memory/memory-table.ts";
import { close } from "../approval/closing.ts";
import { AccountId, TenantId } from "../ids.ts";
import type { ApprovalQuery } from "../read-ports.ts";
import type { Table } from "../table/table.ts";
import { approvalReader } from "./approval-reader.ts";
import { approvalStore } from "./approvals.ts";

const ACME = TenantId.parse("acme");

/** Approvals of several accounts, the one opened last to expire first. */
async function filled(count: number) {
  const memory = memoryTable();
  let reads = 0;
  const table: Table = {
    ...memory,
    query: (query) => {
      reads += 1;
      return memory.query(query);
    },
  };
  const store = approvalStore(memory);
  for (let index = 0; index < count; index++) {
    const intent = anIntent({
      action_intent_id: `ai-${index}`,
      account_id: `acct-${index % 20}`,
      expires_at: new Date(Date.parse("2026-11-25T00:00:00.000Z") - index * 1_000).toISOString(),
    });
    await store.open(anApproval(aRule(), heldSnapshot, intent), canonicalText(intent));
  }
  const reader = approvalReader(table);
  const all = async (query: Partial<ApprovalQuery> = {}) => {
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await reader.page({
        tenant_id: ACME,
        state: "PENDING",
        limit: 7,
        ...query,
        ...(after === undefined ? {} : { after }),
      });
      expect(page.items.length).toBeLessThanOrEqual(7);
      found.push(...page.items.map(({ action_intent_id }) => action_intent_id));
      after = page.next;
    } while (after !== undefined);
    return found;
  };
  return { memory, store, reader, all, reads: () => reads };
}

function ids(from: number, to: number): string[] {
  return Array.from({ length: from - to + 1 }, (_, index) => `ai-${from - index}`);
}

test("what is pending is listed once, the soonest to expire first", async () => {
  const { all } = await filled(60);
  expect(await all()).toEqual(ids(59, 0));
});

test("an account's, a type's or a reason's are listed alone", async () => {
  const { all } = await filled(60);
  const account_id = AccountId.parse("acct-3");
  expect(await all({ account_id })).toEqual(["ai-43", "ai-23", "ai-3"]);
  expect(await all({ reason: "PROPOSE_ONLY" })).toEqual([]);
  expect(await all({ tenant_id: TenantId.parse("other") })).toEqual([]);
});

test("what is closed leaves the list of what is pending, and is listed the last closed first", async () => {
  const { store, reader, all } = await filled(5);
  for (const index of [3, 1]) {
    const [listed] = (
      await reader.page({ tenant_id: ACME, state: "PENDING", limit: 9 })
    ).items.filter(({ action_intent_id }) => action_intent_id === `ai-${index}`);
    if (listed?.approval.status !== "readable" || listed.approval.value.state !== "PENDING")
      throw new TypeError("It is pending.");
    const at = `2026-11-24T00:00:0${9 - index}.000Z`;
    await store.close(close(listed.approval.value, { state: "WITHDRAWN", by: "bob" }, at));
  }
  expect(await all()).toEqual(["ai-4", "ai-2", "ai-0"]);
  expect(await all({ state: "WITHDRAWN" })).toEqual(["ai-1", "ai-3"]);
  const closings = await reader.closings({ tenant_id: ACME, limit: 9 });
  expect(closings.items.map(({ action_intent_id }) => action_intent_id)).toEqual(["ai-1", "ai-3"]);
  expect(closings.items[0]).toMatchObject({ closing: { value: { state: "WITHDRAWN" } } });
});

test("a page of very many costs one query a shard", async () => {
  const { reader, reads } = await filled(3_000);
  await reader.page({ tenant_id: ACME, state: "PENDING", limit: 50 });
  expect(reads()).toBeLessThanOrEqual(8);
});

test("an approval that cannot be read is listed by whose it is", async () => {
  const { memory, reader } = await filled(1);
  for (const [address, item] of memory.all()) {
    if ("state" in item) memory.set(address, { ...item, votes: "none" });
  }
  const { items } = await reader.page({ tenant_id: ACME, state: "PENDING", limit: 9 });
  expect(items).toMatchObject([{ action_intent_id: "ai-0", approval: { status: "unreadable" } }]);
});
