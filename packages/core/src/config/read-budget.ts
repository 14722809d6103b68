import { budgetInForce } from "../budget/terms.ts";
import type { ConfigStore } from "../ports.ts";
import { ABSENT, type Stored } from "../stored.ts";
import type { ConfigScope } from "./address.ts";
import type { ConfigAttributes } from "./change.ts";

/** Who may have a budget. */
type BudgetScope = Exclude<ConfigScope, { readonly kind: "GLOBAL" }>;

/** A budget as it is stored, be it readable or not, and whose it is. */
interface FoundBudget {
  readonly scope: BudgetScope;
  readonly attributes: ConfigAttributes;
}

/** Reads the budget in force for an account, or a tenant's default; `undefined`: there is none. */
export async function readBudget(
  config: Pick<ConfigStore, "read">,
  scope: BudgetScope,
): Promise<FoundBudget | undefined> {
  const read = async (whose: BudgetScope): Promise<Stored<FoundBudget>> => {
    const attributes = await config.read({ scope: whose, object: { kind: "BUDGET" } });
    if (attributes === undefined) return ABSENT;
    return { status: "readable", value: { scope: whose, attributes } };
  };
  const { tenant_id } = scope;
  const [account, tenant] = await Promise.all([
    scope.kind === "ACCOUNT" ? read(scope) : ABSENT,
    read({ kind: "TENANT", tenant_id }),
  ]);
  const found = budgetInForce(account, tenant);
  return found.status === "readable" ? found.value : undefined;
}
