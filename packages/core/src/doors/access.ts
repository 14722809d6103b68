/** Roles, limits and API keys: who may ask what. */

export {
  ALL_TENANTS,
  ApiKeyV1,
  KeyId,
  PrincipalKind,
  rolesOf,
  TenantBinding,
} from "../access/api-key.ts";
export { coversAccount, coversActionType, isWithin, Limits } from "../access/limits.ts";
export { mayActAs, Role, Roles } from "../access/role.ts";
