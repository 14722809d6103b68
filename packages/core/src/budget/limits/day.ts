import type * as z from "zod";
import { EVERY_CLAIM, oneCounter } from "../counter.ts";
import { CALENDAR_DAY, type Limit, Units } from "./limit.ts";

const fields = { max_autonomous_per_day: Units };

/** The account's limit a calendar day, which every action counts against. */
export const DAY = {
  fields,
  counters: oneCounter(EVERY_CLAIM),
  window: CALENDAR_DAY,
  decays: true,
  draw: ({ budget, decay }) => ({
    key: "",
    ceiling: { configured: budget.max_autonomous_per_day, decay },
  }),
  setTo: (units) => ({ item: "BUDGET", fields: { max_autonomous_per_day: units } }),
  title: () => "daily budget",
  actions: () => "autonomous actions",
} as const satisfies Limit<z.infer<z.ZodObject<typeof fields>>, "">;
