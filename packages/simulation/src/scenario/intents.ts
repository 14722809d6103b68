import type { Random } from "../random.ts";
import type { MessageContent, MessageSpec } from "./scenario.ts";

/** Who the intents of a run are for. */
export interface Population {
  readonly accounts: readonly { readonly tenant_id: string; readonly account_id: string }[];
  /** How long the intents go on arriving. */
  readonly spanMs: number;
  readonly startEpochMs: number;
  readonly count: number;
  /** All at once, and mostly automatic. */
  readonly burst: boolean;
  readonly poison: boolean;
  readonly oversize: boolean;
  /** Each intent in one message only. */
  readonly once: boolean;
}

const LOW_RISK = ["CREATE_INTERNAL_NOTE", "CREATE_INTERNAL_TASK", "FLAG_FOR_REVIEW"];
const OTHERS = [
  "FETCH_ACCOUNT_NEWS",
  "UPDATE_ACCOUNT_FIELDS",
  "REQUEST_RENEWAL_MEETING",
  "UNHEARD_OF",
  "OWN_TYPE",
];
const ODD_CONFIDENCES = [0.7, 0.69, 0.5, 0, 1, 1.01, 87, -1, null, "0.9", 1e-120];
const RISKS = ["LOW", " low ", "MINIMAL", "MEDIUM", "HIGH", "CRITICAL", "", "EXTREME", 3];

/** All messages of a run, in no order. */
export function createMessages(population: Population, random: Random): MessageSpec[] {
  const messages: MessageSpec[] = [];
  const numbers = new Map<object, number>();
  for (let index = 0; index < population.count; index++) {
    const account = random.pick(population.accounts);
    const atMs = population.burst ? random.between(0, 5) : random.between(0, population.spanMs);
    // Numbered by account: the same id in two accounts is not the same intent.
    const number = numbers.get(account) ?? 0;
    numbers.set(account, number + 1);
    const data = intentData({ ...account, action_intent_id: `i${number}` }, population, random);
    const message = intentMessage(data, atMs, random, population);
    messages.push(message);
    if (population.once) continue;
    if (random.chance(0.15)) messages.push({ ...message, atMs: atMs + copyDelay(random) });
    if (random.chance(0.04)) messages.push(conflicting(data, atMs, random, population));
  }
  if (population.poison) messages.push(...poisonMessages(population, random));
  return messages;
}

function intentData(
  ids: Readonly<Record<string, string>>,
  { startEpochMs, spanMs, oversize, burst }: Population,
  random: Random,
): Record<string, unknown> {
  const usual = burst || random.chance(0.7);
  const data: Record<string, unknown> = {
    ...ids,
    action_type: random.pick(usual ? LOW_RISK : [...LOW_RISK, ...OTHERS]),
    confidence_score: usual || random.chance(0.6) ? 0.9 : random.pick(ODD_CONFIDENCES),
  };
  if (!usual && random.chance(0.4)) data.risk_level = random.pick(RISKS);
  if (!usual && random.chance(0.3)) {
    const expires = startEpochMs + random.between(-1_000, 2 * spanMs);
    data.expires_at = new Date(Math.floor(expires)).toISOString();
  }
  if (oversize && random.chance(0.3))
    data.parameters = { text: "x".repeat(oversizeLength(random)) };
  return data;
}

/** Around the bound of 128 KB, where an event still has to fit, or must be refused. */
function oversizeLength(random: Random): number {
  return random.chance(0.5) ? 130_500 : 131_100;
}

function copyDelay(random: Random): number {
  return random.chance(0.5) ? 0 : random.between(0, 60_000);
}

/** The same intent id with another payload. */
function conflicting(
  data: Readonly<Record<string, unknown>>,
  atMs: number,
  random: Random,
  population: Population,
): MessageSpec {
  const other = { ...data, parameters: { text: "another payload" } };
  return intentMessage(other, atMs + copyDelay(random), random, population);
}

const DATA_BYTES_MAX = 128 * 1024;

function intentMessage(
  data: Readonly<Record<string, unknown>>,
  atMs: number,
  random: Random,
  { startEpochMs }: Population,
): MessageSpec {
  const ids = {
    tenant_id: String(data.tenant_id),
    account_id: String(data.account_id),
    action_intent_id: String(data.action_intent_id),
  };
  const valid = JSON.stringify(data).length <= DATA_BYTES_MAX;
  const metadata = random.chance(0.5)
    ? {
        event_id: `e-${ids.action_intent_id}`,
        schema_version: "1",
        trace_id: `t-${ids.action_intent_id}`,
        occurred_at: new Date(Math.floor(startEpochMs + atMs)).toISOString(),
      }
    : undefined;
  return message(atMs, { kind: "intent", ...ids, data, valid }, { metadata, data });
}

function message(atMs: number, content: MessageContent, detail: object): MessageSpec {
  const event = {
    id: "0192aaaa-0000-7000-8000-000000000000",
    source: "cc-native.decision",
    "detail-type": "ActionIntentCreated",
    detail,
  };
  return { atMs, content, body: JSON.stringify(event) };
}

/** Messages no retry can help, and intents that are wrong inside. */
function poisonMessages(population: Population, random: Random): MessageSpec[] {
  const account = random.pick(population.accounts);
  const ids = { ...account, action_intent_id: `p${random.int(100)}` };
  const good = { ...ids, action_type: "CREATE_INTERNAL_NOTE", confidence_score: 0.9 };
  const atMs = random.between(0, population.spanMs);
  const poison = (body: string): MessageSpec => ({ atMs, body, content: { kind: "poison" } });
  const event = (change: object, detail: object = { data: good }) =>
    JSON.stringify({
      source: "cc-native.decision",
      "detail-type": "ActionIntentCreated",
      detail,
      ...change,
    });
  const invalid = (data: object): MessageSpec =>
    message(
      atMs,
      { kind: "intent", ...ids, data: { ...good, ...data }, valid: false },
      { data: { ...good, ...data } },
    );
  /** Only someone who writes to the queue itself can make one: EventBridge's ids are short. */
  const longId = (): MessageSpec => {
    const { body, ...rest } = message(
      atMs,
      { kind: "intent", ...ids, data: good, valid: true },
      { data: good },
    );
    return { ...rest, body: JSON.stringify({ ...JSON.parse(body), id: "x".repeat(450_000) }) };
  };
  const nested = JSON.parse(`${"[".repeat(40)}${"]".repeat(40)}`);
  const kinds: readonly (() => MessageSpec)[] = [
    () => poison("not json"),
    () => poison(""),
    () => poison("[]"),
    () => poison(event({ source: "someone.else" })),
    () => poison(event({ "detail-type": "Other" })),
    () => poison(event({}, { metadata: { schema_version: "2" }, data: good })),
    () => poison(event({}, { data: { ...good, tenant_id: "a#b" } })),
    () => poison(event({}, { data: { ...good, account_id: "" } })),
    () => poison(event({}, { data: { ...good, action_intent_id: "x".repeat(129) } })),
    () => poison(event({}, { data: null })),
    () => invalid({ action_type: "lower" }),
    () => invalid({ action_type: "DEFAULT" }),
    () => invalid({ expires_at: "tomorrow" }),
    () => invalid({ parameters: nested }),
    () => invalid({ parameters: "\ud800" }),
    () => invalid({ lifecycle_state: "x".repeat(200) }),
    () => (population.oversize ? longId() : poison("{}")),
  ];
  return random
    .shuffled(kinds)
    .slice(0, 1 + random.int(3))
    .map((make) => make());
}
