import { coversAccount } from "@autonomy-gate/core/access/limits";
import { AccountId, isLookAlike } from "@autonomy-gate/core/ids";
import type { DecisionReader } from "@autonomy-gate/core/read-ports";
import * as z from "zod";
import type { Caller } from "../http/route.ts";
import type { AccountScope } from "../http/scope.ts";
import type { AdminPorts } from "../ports.ts";

/**
 * Decisions examined when an account is stopped. An agent that invents ids gets a decision for each,
 * so the newest ones show it; 500 records are about 500 read units, for a request that is rare.
 */
export const STOP_DECISIONS_MAX = 500;

/** Decisions and changes examined when a configuration is looked at: half a page of each. */
const GLANCE_MAX = 50;

const PAGE_LIMIT = 100;

/** Pages may be short, even empty: this many are read at most for every full page asked for. */
const PAGES_PER_FULL_PAGE = 2;

const WINDOW_MS = 24 * 60 * 60 * 1_000;

const CHANGES_BYTES_MAX = 256 * 1_024;

/** Accounts whose ids differ from one only by letter case or by `.`, `_`, `-`, `:`. */
export const LookAlikes = z
  .object({
    accounts: z.array(
      z.object({
        account_id: AccountId,
        /** Among recent decisions, or recent changes of configuration. */
        seen_in: z.enum(["DECISIONS", "CONFIGURATION"]),
      }),
    ),
    /** Decisions from this instant on were examined, the newest first. */
    since: z.string(),
    /** False: there were more decisions or changes than are examined, or they could not be read. */
    complete: z.boolean(),
  })
  .meta({ id: "LookAlikes" });
export type LookAlikes = z.infer<typeof LookAlikes>;

type Seen = LookAlikes["accounts"][number]["seen_in"];

/** Whose look-alikes somebody asks for; they see those within their limits. */
interface Asked extends Pick<Caller, "calendar" | "credential"> {
  readonly scope: AccountScope;
}

/** The look-alikes of an account among a tenant's newest decisions of the last 24 hours. */
export async function lookAlikesInDecisions(
  asked: Asked,
  { decisions }: Pick<AdminPorts, "decisions">,
  countMax: number,
): Promise<LookAlikes> {
  const since = sinceOf(asked);
  const { ids, complete } = await accountsDecidedOn(asked.scope, since, decisions, countMax);
  return { accounts: alike(asked, ids, "DECISIONS"), since, complete };
}

/**
 * The same for a change that is in force already: what cannot be read is said to be incomplete, and
 * fails nothing.
 */
export async function lookAlikesAfterChange(
  asked: Asked,
  ports: Pick<AdminPorts, "decisions" | "telemetry">,
  countMax: number,
): Promise<LookAlikes> {
  try {
    return await lookAlikesInDecisions(asked, ports, countMax);
  } catch (error) {
    ports.telemetry.lookAlikesNotRead(error);
    return { accounts: [], since: sinceOf(asked), complete: false };
  }
}

function sinceOf({ calendar }: Asked): string {
  return new Date(calendar.epochMs - WINDOW_MS).toISOString();
}

/** The same, and among the accounts that the tenant's newest audit entries changed. */
export async function lookAlikes(
  asked: Asked,
  ports: Pick<AdminPorts, "decisions" | "audit">,
): Promise<LookAlikes> {
  const [inDecisions, changes] = await Promise.all([
    lookAlikesInDecisions(asked, ports, GLANCE_MAX),
    ports.audit.page({
      scope: { kind: "TENANT", tenant_id: asked.scope.tenant_id },
      order: "newest-first",
      limit: GLANCE_MAX,
      bytesMax: CHANGES_BYTES_MAX,
    }),
  ]);
  const changed = changes.items.flatMap(({ account_id }) => {
    const id = AccountId.safeParse(account_id);
    return id.success ? [id.data] : [];
  });
  return {
    accounts: [...inDecisions.accounts, ...alike(asked, changed, "CONFIGURATION")],
    since: inDecisions.since,
    complete: inDecisions.complete && changes.next === undefined,
  };
}

async function accountsDecidedOn(
  { tenant_id }: AccountScope,
  from: string,
  decisions: DecisionReader,
  countMax: number,
): Promise<{ readonly ids: readonly AccountId[]; readonly complete: boolean }> {
  const ids: AccountId[] = [];
  const pagesMax = PAGES_PER_FULL_PAGE * Math.ceil(countMax / PAGE_LIMIT);
  const limit = Math.min(PAGE_LIMIT, countMax);
  let before: string | undefined;
  for (let page = 0; page < pagesMax && ids.length < countMax; page++) {
    const { items, next } = await decisions.page({
      tenant_id,
      from,
      limit,
      ...(before === undefined ? {} : { before }),
    });
    ids.push(...items.map(({ account_id }) => account_id));
    if (next === undefined) return { ids, complete: true };
    before = next;
  }
  return { ids, complete: false };
}

function alike(
  { scope: { account_id }, credential: { limits } }: Asked,
  ids: readonly AccountId[],
  seen_in: Seen,
): LookAlikes["accounts"] {
  const found = new Set(
    ids.filter((id) => isLookAlike(id, account_id) && coversAccount(limits, id)),
  );
  return [...found].sort().map((id) => ({ account_id: id, seen_in }));
}
