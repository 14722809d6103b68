import { NumberValueImpl } from "@aws-sdk/util-dynamodb";
import { beforeAll, describe, expect, test } from "vitest";
import type { Address, KeyedItem, Put, Table, Update } from "../src/table/table.ts";

let partitions = 0;

/** What the table port promises. Every adapter is held to it; each test has a partition of its own. */
export function tableContract(name: string, open: () => Promise<Table>): void {
  describe(name, () => {
    let table: Table;
    beforeAll(async () => {
      table = await open();
    });

    test("returns what was put, whatever its types", async () => {
      const item = {
        ...aKey("item"),
        text: "ä😀",
        count: 7,
        share: 0.1,
        flag: false,
        nothing: null,
        list: ["a", 1, { deep: [] }],
        map: { of: { maps: {} } },
        set: new Set(["x", "y"]),
        long: NumberValueImpl.from("1795337400000000001"),
      };
      expect(await table.put(put(item))).toEqual({ status: "done" });
      expect(await table.get(at(item))).toEqual(item);
      expect(await table.get({ ...at(item), sk: "another" })).toBeUndefined();
      expect(await table.get({ ...at(item), table: "ledger" })).toBeUndefined();
    });

    test("reads many items of several tables at once, and leaves out those that are not there", async () => {
      const { pk } = aKey("");
      const [a, b] = [
        { pk, sk: "a", n: 1 },
        { pk, sk: "b", n: 2 },
      ];
      await table.put(put(a));
      await table.put({ ...put(b), table: "ledger" });
      const addresses: Address[] = [
        at(a),
        { table: "ledger", pk, sk: "b" },
        { table: "ledger", pk, sk: "a" },
        { table: "budgetState", pk, sk: "a" },
      ];
      const { items, unprocessed } = await table.batchGet(addresses);
      expect(unprocessed).toEqual([]);
      expect(items.toSorted((x, y) => (x.item.sk < y.item.sk ? -1 : 1))).toEqual([
        { table: "config", item: a },
        { table: "ledger", item: b },
      ]);
    });

    test("a put whose condition does not hold changes nothing and returns the item", async () => {
      const item = { ...aKey("item"), n: 1 };
      const condition = "attribute_not_exists(pk)";
      expect(await table.put({ ...put(item), condition })).toEqual({ status: "done" });
      const again = { ...put({ ...item, n: 2 }), condition };
      expect(await table.put(again)).toEqual({ status: "refused", item });
      expect(await table.get(at(item))).toEqual(item);
      const absent = { ...put(aKey("absent")), condition: "attribute_exists(pk)" };
      expect(await table.put(absent)).toEqual({ status: "refused", item: undefined });
    });

    test.each([
      ["#n = :three", true],
      ["#n = :four", false],
      ["#n <= :three", true],
      ["#n <= :four", true],
      ["#n <= :two", false],
      ["attribute_exists(#n) AND #n = :three", true],
      ["attribute_exists(#n) AND #n = :four", false],
      ["(attribute_not_exists(#n) OR #n <= :three) AND #m = :map", true],
      ["(attribute_not_exists(#n) OR #n <= :two) AND #m = :map", false],
      ["attribute_not_exists(#o) AND #m = :map", true],
      ["#m = :other", false],
      ["#o <= :two", false],
      ["#t <= :text AND #t >= :text", true],
      ["#t >= :textAfter", false],
      ["#t <= :three", false],
      ["#s = :set", true],
      ["#s = :otherSet", false],
    ])("holds an update to %s: %s", async (condition, holds) => {
      const item = { ...aKey("item"), n: 3, m: { x: [1], y: "z" }, s: new Set(["a", "b"]), t: "b" };
      await table.put(put(item));
      const names = { "#n": "n", "#m": "m", "#o": "o", "#s": "s", "#t": "t" };
      const values = {
        ":two": 2,
        ":three": 3,
        ":four": 4,
        ":map": { y: "z", x: [1] },
        ":other": { y: "z", x: [2] },
        ":text": "b",
        ":textAfter": "ba",
        ":set": new Set(["b", "a"]),
        ":otherSet": new Set(["b", "c"]),
      };
      const reply = await table.update({
        ...update(item, "SET seen = :seen"),
        condition,
        names: only(names, condition),
        values: { ":seen": true, ...only(values, condition) },
      });
      expect(reply).toEqual(holds ? { status: "done" } : { status: "refused", item });
      expect(await table.get(at(item))).toEqual(holds ? { ...item, seen: true } : item);
    });

    test("an update sets and adds, and makes the item that is not there", async () => {
      const key = aKey("item");
      const change = {
        ...update(key, "SET #a = :a ADD n :n, m :n"),
        names: { "#a": "a" },
        values: { ":a": "x", ":n": 2 },
      };
      await table.update(change);
      await table.update(change);
      expect(await table.get(at(key))).toEqual({ ...key, a: "x", n: 4, m: 4 });
    });

    test("a transaction does all of its writes", async () => {
      const { pk } = aKey("");
      const [kept, gone] = [
        { pk, sk: "kept", n: 1 },
        { pk, sk: "gone" },
      ];
      await table.put(put(kept));
      await table.put(put(gone));
      const reply = await table.transact([
        put({ pk, sk: "new" }),
        { ...update(kept, "ADD n :n"), values: { ":n": 1 } },
        { kind: "delete", ...at(gone), condition: "attribute_exists(pk)" },
      ]);
      expect(reply).toEqual({ status: "done" });
      expect(await table.get({ ...at(kept), sk: "new" })).toEqual({ pk, sk: "new" });
      expect(await table.get(at(kept))).toEqual({ ...kept, n: 2 });
      expect(await table.get(at(gone))).toBeUndefined();
    });

    test("a transaction does nothing when one condition does not hold, and says which", async () => {
      const { pk } = aKey("");
      const there = { pk, sk: "there", n: 1 };
      await table.put(put(there));
      const condition = "attribute_not_exists(pk)";
      const reply = await table.transact([
        put({ pk, sk: "new" }),
        { ...put({ ...there, n: 2 }), condition },
        { kind: "delete", ...at({ pk, sk: "absent" }), condition: "attribute_exists(pk)" },
      ]);
      expect(reply).toEqual({
        status: "refused",
        refused: new Map([
          [1, there],
          [2, undefined],
        ]),
      });
      expect(await table.get({ ...at(there), sk: "new" })).toBeUndefined();
      expect(await table.get(at(there))).toEqual(there);
    });

    test("a transaction that is sent again with its token is done once", async () => {
      const key = aKey("item");
      const writes = [{ ...update(key, "ADD n :n"), values: { ":n": 1 } }];
      const token = `token-${key.pk}`;
      expect(await table.transact(writes, token)).toEqual({ status: "done" });
      expect(await table.transact(writes, token)).toEqual({ status: "done" });
      expect(await table.get(at(key))).toEqual({ ...key, n: 1 });
      await table.transact(writes, `${token}-2`);
      expect(await table.get(at(key))).toEqual({ ...key, n: 2 });
    });

    describe("a query", () => {
      const { pk } = aKey("");
      const sks = ["A#1", "A#2", "A#3", "A#4", "B#1"];
      const items = sks.map((sk, n) => ({ pk, sk, n }));
      const ascending = { table: "config", partition: pk, order: "ascending" } as const;
      beforeAll(async () => {
        for (const item of items) await table.put(put(item));
        await table.put(put({ pk: `${pk}#other`, sk: "A#1" }));
      });
      const found = async (more: object) =>
        (await table.query({ ...ascending, ...more })).items.map(({ sk }) => sk);

      test("returns a partition in either order, and its items whole", async () => {
        expect(await table.query(ascending)).toEqual({ items });
        expect(await found({ order: "descending" })).toEqual(sks.toReversed());
      });

      test("keeps to a prefix, and to a range with its bounds", async () => {
        expect(await found({ range: { prefix: "A#" } })).toEqual(sks.slice(0, 4));
        expect(await found({ range: { from: "A#2", to: "A#4" } })).toEqual(sks.slice(1, 4));
      });

      test("goes on after a key that need not exist", async () => {
        expect(await found({ after: { pk, sk: "A#2" } })).toEqual(sks.slice(2));
        expect(await found({ after: { pk, sk: "A#2x" } })).toEqual(sks.slice(2));
        expect(await found({ order: "descending", after: { pk, sk: "A#2" } })).toEqual(["A#1"]);
      });

      test("is read in pages to its end", async () => {
        const seen: unknown[] = [];
        let after: object | undefined;
        for (let pages = 0; pages < 10; pages++) {
          const page = await table.query({ ...ascending, limit: 2, after: after && { ...after } });
          seen.push(...page.items.map(({ sk }) => sk));
          after = page.next;
          if (after === undefined) break;
        }
        expect(after).toBeUndefined();
        expect(seen).toEqual(sks);
      });

      test("counts what its filter drops towards its limit", async () => {
        const filter = { condition: "#n = :n", names: { "#n": "n" }, values: { ":n": 3 } };
        expect(await found({ filter })).toEqual(["A#4"]);
        expect(await table.query({ ...ascending, filter, limit: 2 })).toEqual({
          items: [],
          next: { pk, sk: "A#2" },
        });
      });

      test("goes by an index, and says all of the key it ended at", async () => {
        const list_pk = `${pk}#list`;
        const rows = ["03", "01", "02"].map((decided_at) => ({
          pk,
          sk: `D#${decided_at}`,
          list_pk,
          decided_at,
        }));
        for (const item of rows) await table.put({ ...put(item), table: "ledger" });
        const query = {
          table: "ledger",
          index: "decisions_by_time",
          partition: list_pk,
          order: "descending",
        } as const;
        const { items, next } = await table.query({ ...query, limit: 2 });
        expect(items.map((item) => item.decided_at)).toEqual(["03", "02"]);
        expect(next).toEqual({ pk, sk: "D#02", list_pk, decided_at: "02" });
        const last = await table.query({ ...query, after: next });
        expect(last.items.map((item) => item.decided_at)).toEqual(["01"]);
      });
    });
  });
}

function aKey(sk: string) {
  return { pk: `p${partitions++}`, sk };
}

function at({ pk, sk }: KeyedItem): Address {
  return { table: "config", pk, sk };
}

function put(item: KeyedItem): Put {
  return { kind: "put", table: "config", item };
}

function update(item: KeyedItem, expression: string): Update {
  return { kind: "update", ...at(item), update: expression };
}

/** The terms that an expression uses: DynamoDB refuses others. */
function only<T>(terms: Readonly<Record<string, T>>, expression: string): Record<string, T> {
  const used: readonly string[] = expression.match(/[#:]\w+/g) ?? [];
  return Object.fromEntries(Object.entries(terms).filter(([name]) => used.includes(name)));
}
