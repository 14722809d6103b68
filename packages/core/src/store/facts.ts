import type { StoredFacts } from "../gate/snapshot.ts";
import { type AccountRef, type ActionType, accountKey, type IntentId } from "../ids.ts";
import type { FactsReply, FactsRequest } from "../ports.ts";
import type { Address } from "../table/table.ts";
import type { Lookup } from "./batch-read.ts";
import {
  actionTypeBudgetFrom,
  activePolicyFrom,
  budgetFrom,
  budgetStateFrom,
  catalogueEntryFrom,
  ceilingFrom,
  killSwitchFrom,
  modeFrom,
  recordFrom,
} from "./items.ts";
import {
  ACTIVE_POLICY_SK,
  accountPk,
  actionTypeBudgetSk,
  BUDGET_SK,
  CEILING_SK,
  CURRENT_BUDGET_STATE_SK,
  catalogueSk,
  decisionKey,
  GLOBAL_PK,
  KILL_SWITCH_SK,
  modeSk,
  PLATFORM_KILL_SWITCH_SK,
  TENANT_BUDGET_SK,
  tenantPk,
} from "./keys.ts";

/**
 * Asks for everything that can concern the intents, and puts together what came back. Intents of one
 * account and action type share their facts: 5 % of the consumer's CPU in a batch of 10.
 */
export function factsReplies(requests: readonly FactsRequest[], lookup: Lookup): FactsReply[] {
  const known = new Map<string, StoredFacts>();
  const factsFor = (request: FactsRequest, action_type: ActionType) => {
    const key = `${accountKey(request)}#${action_type}`;
    const found = known.get(key) ?? facts({ ...request, action_type }, lookup);
    known.set(key, found);
    return found;
  };
  const recorded = ({ tenant_id, account_id }: AccountRef, action_intent_id: IntentId) => {
    const key = decisionKey({ tenant_id, account_id, action_intent_id });
    return recordFrom(lookup({ table: "ledger", ...key }));
  };
  return requests.map((request) => {
    const { action_type, recordedFor } = request;
    return {
      ...(action_type === null ? {} : { facts: factsFor(request, action_type) }),
      ...(recordedFor === undefined ? {} : { recorded: recorded(request, recordedFor) }),
    };
  });
}

/** The addresses of everything `factsReplies` looks up: found by letting it ask. */
export function factsAddresses(requests: readonly FactsRequest[]): Address[] {
  const addresses: Address[] = [];
  factsReplies(requests, (address) => {
    addresses.push(address);
    return undefined;
  });
  return addresses;
}

function facts(
  request: FactsRequest & { readonly action_type: ActionType },
  lookup: Lookup,
): StoredFacts {
  const tenant = tenantPk(request.tenant_id);
  const account = accountPk(request);
  const type = request.action_type;
  const config = (pk: string, sk: string) => lookup({ table: "config", pk, sk });
  const state = (pk: string) =>
    budgetStateFrom(lookup({ table: "budgetState", pk, sk: CURRENT_BUDGET_STATE_SK }));
  return {
    modes: {
      ACCOUNT_ACTION_TYPE: modeFrom(config(account, modeSk(type))),
      TENANT_ACTION_TYPE: modeFrom(config(tenant, modeSk(type))),
      ACCOUNT_DEFAULT: modeFrom(config(account, modeSk())),
      TENANT_DEFAULT: modeFrom(config(tenant, modeSk())),
      GLOBAL_DEFAULT: modeFrom(config(GLOBAL_PK, modeSk())),
    },
    killSwitches: {
      GLOBAL: killSwitchFrom(config(GLOBAL_PK, KILL_SWITCH_SK)),
      TENANT_PLATFORM: killSwitchFrom(config(tenant, PLATFORM_KILL_SWITCH_SK)),
      TENANT: killSwitchFrom(config(tenant, KILL_SWITCH_SK)),
      ACCOUNT_PLATFORM: killSwitchFrom(config(account, PLATFORM_KILL_SWITCH_SK)),
      ACCOUNT: killSwitchFrom(config(account, KILL_SWITCH_SK)),
    },
    catalogue: {
      TENANT: catalogueEntryFrom(config(tenant, catalogueSk(type))),
      GLOBAL: catalogueEntryFrom(config(GLOBAL_PK, catalogueSk(type))),
    },
    activePolicy: {
      TENANT: activePolicyFrom(config(tenant, ACTIVE_POLICY_SK)),
      GLOBAL: activePolicyFrom(config(GLOBAL_PK, ACTIVE_POLICY_SK)),
    },
    budgets: {
      account: budgetFrom(config(account, BUDGET_SK)),
      accountActionType: actionTypeBudgetFrom(config(account, actionTypeBudgetSk(type))),
      tenant: budgetFrom(config(tenant, BUDGET_SK)),
    },
    budgetState: state(account),
    ceilings: {
      PLATFORM: ceilingFrom(config(tenant, CEILING_SK)),
      TENANT: ceilingFrom(config(tenant, TENANT_BUDGET_SK)),
    },
    tenantBudgetState: state(tenant),
  };
}
