import { expect, test } from "vitest";
import { memoryTable } from "../adapters/memory/memory-table.ts";
import type { Item } from "../table/table.ts";
import { type ApprovalStore, approvalStore } from "./approvals.ts";

/** The intents of every page that is due in a shard, and how many pages there were. */
async function due(store: ApprovalStore, now: string, limit: number) {
  const ids: string[] = [];
  let pages = 0;
  let after: Item | undefined;
  do {
    const page = await store.due(3, now, limit, after);
    ids.push(...page.refs.map(({ action_intent_id }) => action_intent_id));
    pages += 1;
    after = page.next;
  } while (after !== undefined && pages < 10);
  return { ids, pages };
}

test("what is due in a shard is read to its last page, the longest due first, and nothing else", async () => {
  const table = memoryTable();
  const put = (sk: string, due_at: string, more: { pk?: string; due_pk?: string } = {}) =>
    table.set(
      { table: "actions", pk: more.pk ?? "TENANT#acme#ACCOUNT#a1", sk },
      { due_pk: more.due_pk ?? "DUE#3", due_at },
    );
  put("APPROVAL#second", "2026-11-22T09:00:01.000Z");
  put("APPROVAL#first", "2026-11-22T09:00:00.000Z");
  put("APPROVAL#third", "2026-11-22T09:00:02.000Z");
  put("APPROVAL#later", "2026-11-22T09:00:02.001Z");
  put("APPROVAL#elsewhere", "2026-11-22T09:00:00.000Z", { due_pk: "DUE#4" });
  put("NOTE#1", "2026-11-22T09:00:00.500Z");
  put("APPROVAL#more#of#it", "2026-11-22T09:00:00.500Z");
  put("APPROVAL#tenants", "2026-11-22T09:00:00.500Z", { pk: "TENANT#acme" });
  const store = approvalStore(table);
  const ids = ["first", "second", "third"];
  expect(await due(store, "2026-11-22T09:00:02.000Z", 2)).toEqual({ ids, pages: 3 });
  expect(await due(store, "2026-11-22T09:00:02.000Z", 50)).toEqual({ ids, pages: 1 });
});
