import { DecisionRecord } from "@autonomy-gate/core/gate";
import type { GateStore } from "@autonomy-gate/core/ports";
import type { Stored } from "@autonomy-gate/core/values";

/**
 * A store as a later version of the gate uses it: its records have attributes that this version
 * does not know. This version has to publish them as they are.
 */
export function nextVersionStore(store: GateStore, onRecord: () => void): GateStore {
  const added = (record: DecisionRecord): DecisionRecord => {
    onRecord();
    return { ...record, engine_build: "next", nested: { of: ["the", "next"] } };
  };
  const asStored = (record: DecisionRecord): Stored<DecisionRecord> => ({
    status: "readable",
    value: DecisionRecord.parse(record),
  });
  return {
    readFacts: store.readFacts,
    record: async (record) => {
      const next = added(record);
      const reply = await store.record(next);
      return reply.status === "exists" ? reply : { status: "exists", existing: asStored(next) };
    },
    recordClaims: async (records, writes) => {
      const next = records.map(added);
      const reply = await store.recordClaims(next, writes);
      if (reply.status === "refused") return reply;
      const existing = new Map(next.map((record, index) => [index, asStored(record)]));
      return { status: "refused", existing, moved: new Map() };
    },
  };
}
