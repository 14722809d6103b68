import * as z from "zod";
import type { Calendar } from "../../day.ts";
import type { ActionType } from "../../ids.ts";
import type { Stored } from "../../stored.ts";
import type { DateKey } from "../../time.ts";
import type { CounterFamily } from "../counter.ts";

/** A number of autonomous actions: a whole number up to 2^53 - 1; 0 means never. */
export const Units = z.int().min(0);

/** How disuse lowers a ceiling (see `decayed`). */
export interface Decay {
  /** Calendar day of the configuration's last change; absent when it is unknown. */
  readonly changedOn?: DateKey;
}

/** What a counter may hold at most. */
export interface Ceiling {
  /** As configured, before decay. */
  readonly configured: number;
  /** `undefined`: disuse does not lower it. */
  readonly decay: Decay | undefined;
}

/** One action of an account, and what its budget says about it. */
export interface Asked<Budget> {
  /** The budget in force. */
  readonly budget: Budget;
  /** `undefined`: an action of any type. */
  readonly actionType: ActionType | undefined;
  /** The account's own cap of the action type. */
  readonly typeCap: Stored<{ readonly max_autonomous_per_day: number }>;
  /** The budget's decay, for the limits that it applies to. */
  readonly decay: Decay | undefined;
  readonly timeZone: string;
  readonly calendar: Calendar;
}

/** What an action draws from one limit: the counter's key, and what that counter may hold. */
type LimitDraw<Key> =
  /** Without a ceiling it is counted, and never refused. */
  | { readonly key: Key; readonly ceiling: Ceiling | undefined }
  /** Nothing may run by itself; why, as the end of a sentence. */
  | { readonly problem: string };

/** The stored item, and its fields, that set a limit for one account. */
type LimitSetting<Budget> =
  | { readonly item: "BUDGET"; readonly fields: Partial<Budget> }
  | {
      readonly item: "ACTION_TYPE_BUDGET";
      readonly fields: { readonly max_autonomous_per_day: number };
    };

/** What a limit counts within, such as a calendar day. */
export interface LimitWindow {
  /** As in "5 actions a day". */
  readonly every: string;
  /** As in "5 of 5 actions for 2026-11-22 (UTC)". */
  text(report: {
    readonly date_key: string;
    readonly timezone: string;
    readonly resets_at: string;
  }): string;
  /** When the window of a claim made now ends, as `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  endOf(dateKey: DateKey, timeZone: string, calendar: Calendar): string;
}

/**
 * One limit on what an account may do by itself. `Budget` is what it reads of a budget: its own
 * fields. `Key` tells its counters apart.
 */
export interface Limit<Budget, Key extends string = string> {
  /** Its fields in a budget, by name. */
  readonly fields: Readonly<Record<string, z.ZodType>>;
  /** All counters that it draws from: they are named and found in stored items by this alone. */
  readonly counters: CounterFamily<Key>;
  readonly window: LimitWindow;
  /** Whether an explanation of this limit says how disuse has lowered it. */
  readonly decays: boolean;
  /** `undefined`: the limit does not concern the action. */
  draw(asked: Asked<Budget>): LimitDraw<Key> | undefined;
  setTo(units: number): LimitSetting<Budget>;
  /** What operators call it: "daily budget". */
  title(actionType: ActionType): string;
  /** What it counts: "autonomous actions". */
  actions(actionType: ActionType): string;
}

export const CALENDAR_DAY: LimitWindow = {
  every: "a day",
  text: ({ date_key, timezone }) => `${date_key} (${timezone})`,
  endOf: (dateKey, timeZone, calendar) => calendar.endOf(dateKey, timeZone),
};
