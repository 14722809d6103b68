// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are pieces of other modules, templates and all.
import type { Mutant } from "./plant.ts";

const CLAIM = "core/src/budget/claim.ts";
const STATE = "core/src/budget/state.ts";
const CLAIM_ROUNDS = "core/src/commit/claim-in-rounds.ts";
/** What is used of a counter beside the claims admitted so far. */
const TAKEN = "usedAt(draw, position) + (taken.get(draw.counter) ?? 0)";
const CONSUME = "consumers/src/intents/consume-intents.ts";
const BUDGET_WRITE = "core/src/store/budget-write.ts";
const GATE_STORE = "core/src/store/gate-store.ts";
const CONFIG_STORE = "core/src/commit/config-store.ts";
const BATCH_READ = "core/src/store/batch-read.ts";
const ITEMS = "core/src/store/items.ts";
const FACTS = "core/src/store/facts.ts";
const FIND_ENTRY = "core/src/catalogue/find-entry.ts";

/** The condition that a counter has room. */
const HOLD_ROOM =
  "conditions.push(isNew ? `(attribute_not_exists(#count${at}) OR ${isRoom})` : isRoom);";

/** Bugs that the simulation at the ports can see. */
export const GATE_MUTANTS: readonly Mutant[] = [
  {
    name: "emit-before-commit",
    about: "an outcome is published while its record is still being written",
    file: "core/src/commit/record-decision.ts",
    search: "untilDone(() => store.record(record), {",
    replace:
      'untilDone(async () => { store.record(record).catch(() => {}); return { status: "recorded", existing: undefined }; }, {',
  },
  {
    name: "condition-off-by-n",
    about: "the count may be at the limit before n are added",
    file: BUDGET_WRITE,
    search: "values[`:max${at}`] = ceiling - units;",
    replace: 'values[`:max${at}`] = counter === "count" ? ceiling : ceiling - units;',
  },
  {
    name: "room-not-clamped",
    about: "n claims are admitted into room for one",
    file: CLAIM,
    search: TAKEN,
    replace: `draw.limitedBy === "DAY" ? usedAt(draw, position) : (${TAKEN})`,
  },
  {
    name: "type-cap-not-clamped",
    about: "claims of one type are admitted beyond its cap",
    file: CLAIM,
    search: TAKEN,
    replace: `draw.limitedBy === "ACTION_TYPE" ? usedAt(draw, position) : (${TAKEN})`,
    profile: "burst",
  },
  {
    name: "overflow-refused-early",
    about: "claims beyond the room are refused before the transaction that fills it",
    file: CLAIM,
    search: "} else waiting.push(candidate);",
    replace:
      '} else { const limit = ceilingAt(candidate.claim.terms.draws[0], position); refused.push({ claim: candidate, refusal: { limitedBy: "DAY", limit, used: limit } }); }',
  },
  {
    name: "limit-off-by-one",
    about: "a claim is not refused at the limit",
    file: CLAIM,
    search: "if (used + draw.units > limit) {",
    replace: "if (used + draw.units - (draw.counter === 'count' ? 1 : 0) > limit) {",
  },
  {
    name: "computed-day",
    about: "the computed day is taken although a later one is open",
    file: STATE,
    search: "return openDay.dateKey >= today",
    replace: "return openDay.dateKey === today",
  },
  {
    name: "day-in-utc",
    about: "the day changes at midnight UTC, whatever the budget's zone",
    file: STATE,
    search: "const today = calendar.today(timeZone);",
    replace: 'const today = calendar.today("UTC");',
  },
  {
    name: "last-use-forgotten",
    about: "closing a day forgets that it was used",
    file: STATE,
    search: "wasUsed(closing) ? closing.dateKey : closing.previousConsumedOn",
    replace: "closing.previousConsumedOn",
  },
  {
    name: "own-commit-assumed",
    about: "after a lost reply the transaction is taken for committed",
    file: CLAIM_ROUNDS,
    search: "return { undecided: claims, position, again: error.code, cause: error };",
    replace: "claimant.committed(claims, records); return { undecided: [], position };",
  },
  {
    name: "no-commit-deadline",
    about: "a commit may rely on facts of any age",
    file: CLAIM_ROUNDS,
    search: "return ageMs(basis, clock) <= COMMIT_WINDOW_MS;",
    replace: "return ageMs(basis, clock) >= 0;",
    profile: "stop-race",
  },
  {
    name: "suspension-unseen",
    about: "the time a machine was suspended does not make its facts older",
    file: "core/src/commit/read-facts.ts",
    search: "return Math.max(clock.elapsedMs() - startedAtMs, clock.epochMs() - calendar.epochMs);",
    replace: "return clock.elapsedMs() - startedAtMs;",
    profile: "stop-race",
  },
  {
    name: "new-fence-old-facts",
    about: "a budget that moved with its fence is planned anew on the old facts",
    file: CLAIM_ROUNDS,
    search: "return after?.fence === before.fence ? after : undefined;",
    replace: "return after;",
    profile: "stop-race",
  },
  {
    name: "existing-decided-again",
    about: "what exists already is tried again instead of adopted",
    file: CLAIM_ROUNDS,
    search: "undecided: claims.filter((_, index) => !reply.existing.has(index)),",
    replace: "undecided: claims,",
    equivalent:
      "it is refused again until its facts are too old; the next read finds and adopts the record: slower, the same",
  },
  {
    name: "slow-read-accepted",
    about: "a read may take ten seconds",
    file: "core/src/commit/read-facts.ts",
    search: "ageMs({ startedAtMs, calendar }, clock) <= READ_MS_MAX",
    replace: "ageMs({ startedAtMs, calendar }, clock) <= 10_000",
    profile: "stop-race",
  },
  {
    name: "no-dedupe",
    about: "an intent that is twice in a batch is decided twice",
    file: "consumers/src/intents/intake.ts",
    search: "const key = intentKey(message.received);",
    replace: "const key = `${intentKey(message.received)} ${byIntent.size}`;",
  },
  {
    name: "payload-not-compared",
    about: "another payload under a decided id is answered with its decision",
    file: CONSUME,
    search: "messages.filter((m) => m.received.fingerprint === record.fingerprint);",
    replace: "messages.filter(() => true);",
  },
  {
    name: "everything-deleted",
    about: "no message is ever named as failed",
    file: CONSUME,
    search:
      "return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };",
    replace: "return { batchItemFailures: [] };",
  },
  {
    name: "quarantine-assumed",
    about: "a refused message counts as put aside before the queue has it",
    file: CONSUME,
    search: "for (const message of quarantined.accepted) {",
    replace: "for (const message of refused) {",
    profile: "sink-outage",
  },
  {
    name: "refusal-of-entries-ignored",
    about: "an entry that the bus refused counts as accepted",
    file: "core/src/delivery/send-until-accepted.ts",
    search: "if (delivery.accepted) {",
    replace: "if (delivery.accepted || deliveries[index] !== undefined) {",
  },
  {
    name: "accounts-mixed",
    about: "accounts of different tenants with the same id are one",
    file: "core/src/ids.ts",
    search: "return `${ref.tenant_id}#${ref.account_id}`;",
    replace: "return `${ref.account_id}`;",
  },
  {
    name: "intents-mixed",
    about: "intents of different accounts with the same id are one",
    file: "core/src/ids.ts",
    search: "return `${ref.tenant_id}#${ref.account_id}#${ref.action_intent_id}`;",
    replace: "return `${ref.tenant_id}#${ref.action_intent_id}`;",
  },
  {
    name: "kill-switch-cached",
    about: "an account's kill switch is read once and remembered",
    file: FACTS,
    search: "ACCOUNT: killSwitchFrom(config(account, KILL_SWITCH_SK)),",
    replace:
      "ACCOUNT: killSwitchFrom((config(account, KILL_SWITCH_SK), (globalThis.cached ??= new Map()).has(account) ? globalThis.cached.get(account) : (globalThis.cached.set(account, config(account, KILL_SWITCH_SK)), config(account, KILL_SWITCH_SK)))),",
    profile: "stop-race",
  },
  {
    name: "platform-stop-ignored",
    about: "the platform's stop of an account does not count",
    file: "core/src/kill-switch/kill-switch.ts",
    search: '{ name: "ACCOUNT_PLATFORM", scope: "ACCOUNT", owner: "PLATFORM" },',
    replace: "",
  },
  {
    name: "tenant-lifts-platform-stop",
    about: "a tenant's switch that is off lifts the platform's of the tenant",
    file: FACTS,
    search: "TENANT_PLATFORM: killSwitchFrom(config(tenant, PLATFORM_KILL_SWITCH_SK)),",
    replace:
      "TENANT_PLATFORM: killSwitchFrom(config(tenant, KILL_SWITCH_SK) ?? config(tenant, PLATFORM_KILL_SWITCH_SK)),",
  },
  {
    name: "tenant-entry-replaces-floor",
    about: "a tenant's entry replaces the platform's whole",
    file: FIND_ENTRY,
    search: 'if (floor.status === "readable") return',
    replace: 'if (floor.status === "readable" && own.status !== "readable") return',
  },
  {
    name: "unreadable-floor-ignored",
    about: "a platform's entry that cannot be read leaves the tenant's in force",
    file: FIND_ENTRY,
    search: 'if (own.status === "unreadable" || floor.status === "unreadable") {',
    replace: 'if (own.status === "unreadable") {',
  },
  {
    name: "unreadable-is-absent",
    about: "an item that cannot be read counts as none",
    file: "core/src/stored.ts",
    search: ': { status: "unreadable", found: describe(item) };',
    replace: ": ABSENT;",
  },
  {
    name: "later-attributes-dropped",
    about: "attributes of a later version are lost when a record is adopted",
    file: "core/src/decision/decision.ts",
    search: "const DecisionFields = z.looseObject({",
    replace: "const DecisionFields = z.object({",
  },
  {
    name: "event-in-store-order",
    about: "an outcome has its attributes in the order the store returned them",
    file: "core/src/outcome/outcome.ts",
    search: "const text = canonicalize(value);",
    replace: "const text = JSON.stringify(value);",
  },
  {
    name: "least-severe-decides",
    about: "the mildest clause that matches decides",
    file: "core/src/policy/evaluate.ts",
    search: 'findings.find((finding) => finding.decision === "BLOCK");',
    replace: 'findings.every((finding) => finding.decision === "BLOCK") ? findings[0] : undefined;',
  },
  {
    name: "threshold-exclusive",
    about: "a confidence of exactly the minimum is too low",
    file: "core/src/policy/clauses-v1.ts",
    search: "!(facts.confidence_score >= facts.min_confidence)",
    replace: "!(facts.confidence_score > facts.min_confidence)",
  },
  {
    name: "agent-lowers-risk",
    about: "what an agent says of its risk replaces the catalogue's tier",
    file: "core/src/policy/facts.ts",
    search: "const risk_level = higherRisk(tier, own);",
    replace: "const risk_level = own;",
  },
  {
    name: "fence-not-checked",
    about: "a commit does not rely on the fence",
    file: BUDGET_WRITE,
    search: ': "fence = :fence";',
    replace: ': "(fence = :fence OR attribute_exists(fence))";',
    profile: "stop-race",
  },
  {
    name: "closing-row-dropped",
    about: "a day is closed without its row",
    file: BUDGET_WRITE,
    search: '{ kind: "put", table: "budgetState", item: closedDay(write, basis.closing) },',
    replace: "",
  },
  {
    name: "day-not-checked",
    about: "a commit counts up whatever day is open",
    file: BUDGET_WRITE,
    search: 'const conditions = ["date_key = :dateKey", ',
    replace: "const conditions = [",
    profile: "midnight",
  },
  {
    name: "count-not-checked",
    about: "a commit counts up whatever the count is",
    file: BUDGET_WRITE,
    search: HOLD_ROOM,
    replace: `if (counter !== "count") ${HOLD_ROOM}`,
  },
  {
    name: "type-count-not-checked",
    about: "a commit counts a type up whatever its count is",
    file: BUDGET_WRITE,
    search: HOLD_ROOM,
    replace: `if (counter === "count") ${HOLD_ROOM}`,
    profile: "burst",
  },
  {
    name: "decision-overwritten",
    about: "a decision is put whether or not there is one",
    file: GATE_STORE,
    search: 'condition: "attribute_not_exists(pk)",',
    replace: "",
  },
  {
    name: "count-before-record",
    about: "the budget is consumed in a request of its own, before the decisions",
    file: GATE_STORE,
    search: "const reply = await table.transact([...budgets, ...records.map(newRecord)]);",
    replace:
      "await table.transact(budgets); const reply = await table.transact(records.map(newRecord));",
  },
  {
    name: "unprocessed-is-absent",
    about: "keys that came back unprocessed count as read",
    file: BATCH_READ,
    search: "const isComplete = pending.size === 0;",
    replace: "pending = new Map(); const isComplete = pending.size === 0;",
  },
  {
    name: "fence-raised-once",
    about: "a change is acknowledged without the second raise of the fence",
    file: CONFIG_STORE,
    search: "if (fenced === undefined) return;",
    replace: "if (fenced !== null) return;",
    profile: "stop-race",
  },
  {
    name: "fence-raised-at-once",
    about: "the second raise of the fence does not wait for reads under way",
    file: CONFIG_STORE,
    search: "await clock.sleep(FENCE_SETTLE_MS);",
    replace: "await clock.sleep(0);",
    profile: "stop-race",
  },
  {
    name: "change-not-compared",
    about: "a change overwrites what another change made meanwhile",
    file: "core/src/store/config-items.ts",
    search: 'condition: ["attribute_exists(pk)", ...unchanged].join(" AND "),',
    replace: 'condition: "attribute_exists(pk)",',
  },
  {
    name: "attribute-dropped-on-writing",
    about: "a stored decision lacks its facts",
    file: ITEMS,
    search: "facts: record.facts === null ? null : without(storable(record.facts), USUAL_FACTS),",
    replace: "facts: null,",
  },
  {
    name: "attribute-misread",
    about: "the fence of a stored budget state is read as 0",
    file: ITEMS,
    search: "const { fence, days_set_aside: setAside } = beside.data;",
    replace: "const { days_set_aside: setAside } = beside.data; const fence = 0;",
    profile: "stop-race",
  },
  {
    name: "previous-day-lost",
    about: "the last day with a consumption is not stored with the open day",
    file: BUDGET_WRITE,
    search: "position.previousConsumedOn),",
    replace: "undefined),",
    profile: "midnight",
  },
  {
    name: "mates-wait-for-unread",
    about: "nothing of a batch is decided until everything of it was read",
    file: GATE_STORE,
    search: "requests.some((request) => isWhole(request, isRead)),",
    replace: "requests.every((request) => isWhole(request, isRead)),",
    profile: "throttled-tenant",
  },
  {
    name: "unread-taken-for-absent",
    about: "what was read of an intent's facts is taken for all of them",
    file: GATE_STORE,
    search: "const whole = isComplete ? requests :",
    replace: "const whole = !isComplete ? requests :",
    profile: "throttled-tenant",
  },
  {
    name: "clock-difference-ignored",
    about: "a consumer commits whatever its clock says",
    file: "core/src/commit/read-facts.ts",
    search: "if (Math.abs(differenceMs) <= CLOCK_DIFFERENCE_MS_MAX) return;",
    replace: "if (Math.abs(differenceMs) <= Number.POSITIVE_INFINITY) return;",
    profile: "wrong-clock",
  },
];
