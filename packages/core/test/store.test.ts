import { openGate } from "./memory-gate.ts";
import { storeContract } from "./store-contract.ts";

storeContract("the stores on tables in memory", async () => {
  const { table, services } = openGate();
  const { gate, config } = services();
  return {
    gate,
    config,
    put: async (name, item) => {
      const { pk, sk } = { pk: "", sk: "", ...item };
      table.set({ table: name, pk, sk }, { ...item });
    },
    close: async () => {},
  };
});
