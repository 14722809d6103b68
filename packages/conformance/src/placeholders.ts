/** What stands in place of `<tenant>`, `<today>` and the like in one run of one scenario. */
export type Values = Readonly<Record<string, string>>;

const DAY_MS = 86_400_000;

/** Placeholders of a scenario; days are counted by the gate's clock. */
export function valuesFor(run: string, number: number, gateEpochMs: number): Values {
  return {
    tenant: `cf-${run}-${number}`,
    account: `acct-${number}`,
    other_account: `other-${number}`,
    type: `CONFORMANCE_${run.toUpperCase()}_${number}`,
    today: dayIn("UTC", gateEpochMs),
    yesterday: dayIn("UTC", gateEpochMs - DAY_MS),
    tomorrow: dayIn("UTC", gateEpochMs + DAY_MS),
    ten_days_ago: dayIn("UTC", gateEpochMs - 10 * DAY_MS),
    "today in Tokyo": dayIn("Asia/Tokyo", gateEpochMs),
  };
}

/** How a scenario names an intent: those of another account than its own by that account too. */
export function labelOf(accountId: unknown, intentId: string, values: Values): string {
  return accountId === values.account ? intentId : `${String(accountId)}/${intentId}`;
}

/** The same value with every placeholder filled in, and `repeat` and `nest` carried out. */
export function filled(value: unknown, values: Values): unknown {
  if (typeof value === "string") return filledText(value, values);
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (typeof value !== "object" || value === null) return value;
  const made = madeFrom(value);
  if (made !== undefined) return made;
  return filledFields(value, values);
}

/** As `filled`, for what is known to be an object. */
export function filledFields(value: object, values: Values): Record<string, unknown> {
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, each]) => [filledText(key, values), filled(each, values)]),
  );
}

function filledText(text: string, values: Values): string {
  return text.replace(/<([a-z_]+(?: in Tokyo)?)>/g, (whole, name: string) => values[name] ?? whole);
}

/** Large and deep values, which no one wants to read: `{ $repeat: x, $times: 9 }`, `{ $nest: 9 }`. */
function madeFrom(value: object): unknown {
  if ("$repeat" in value && "$times" in value) {
    return String(value.$repeat).repeat(Number(value.$times));
  }
  if ("$nest" in value) {
    let nested: unknown = "core";
    for (let depth = 0; depth < Number(value.$nest); depth += 1) nested = { in: nested };
    return nested;
  }
  return undefined;
}

function dayIn(timeZone: string, epochMs: number): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(epochMs);
}
