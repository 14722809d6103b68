import type { Settings } from "./settings.ts";

/** Cognito groups and what their members may do, as the admin API reads them. */
const GROUPS = {
  viewer: "Reads configuration, decisions and the audit trail",
  operator: "Also uses the kill switch",
  admin: "Also writes configuration, and does all else",
  approver: "Reads, and approves or rejects what is held",
  executor: "Starts and reports executions, and reads nothing else",
} as const;

/** Attributes a signed-in user may change. Never tenant or accounts: they decide whose data they see. */
const WRITABLE_ATTRIBUTES = ["email", "name"];

/** SST does not name it. */
type UserPoolClient = ReturnType<sst.aws.CognitoUserPool["addClient"]>;

export interface Identity {
  readonly pool: sst.aws.CognitoUserPool;
  readonly client: UserPoolClient;
}

/** People who use the admin API. Only administrators of the pool create users and name their tenant. */
export function createIdentity({ production }: Settings): Identity {
  const pool = new sst.aws.CognitoUserPool("AutonomyUsers", {
    usernames: ["email"],
    mfa: "optional",
    softwareToken: true,
    transform: {
      userPool: (args, opts) => {
        opts.retainOnDelete = production;
        args.adminCreateUserConfig = { allowAdminCreateUserOnly: true };
        args.accountRecoverySetting = {
          recoveryMechanisms: [{ name: "verified_email", priority: 1 }],
        };
        args.deletionProtection = production ? "ACTIVE" : "INACTIVE";
        args.passwordPolicy = {
          minimumLength: 14,
          requireLowercase: true,
          requireNumbers: true,
          requireSymbols: false,
          requireUppercase: true,
          temporaryPasswordValidityDays: 7,
        };
        args.schemas = [TENANT_ATTRIBUTE, ACCOUNTS_ATTRIBUTE];
        return undefined;
      },
    },
  });
  for (const [role, description] of Object.entries(GROUPS)) {
    new aws.cognito.UserGroup(
      `AutonomyGroup${role}`,
      { userPoolId: pool.id, name: `autonomy-${role}`, description },
      { retainOnDelete: production },
    );
  }
  return { pool, client: addClient(pool) };
}

/** Set once, when the user is created: a user of another tenant is another user. */
const TENANT_ATTRIBUTE = {
  name: "tenant_id",
  attributeDataType: "String",
  mutable: false,
  stringAttributeConstraints: { minLength: "1", maxLength: "128" },
};

/** Ids or prefixes, separated by commas; absent: every account of the tenant. */
const ACCOUNTS_ATTRIBUTE = {
  name: "account_ids",
  attributeDataType: "String",
  mutable: true,
  stringAttributeConstraints: { minLength: "1", maxLength: "2048" },
};

function addClient(pool: sst.aws.CognitoUserPool): UserPoolClient {
  return pool.addClient("AutonomyAdminClient", {
    transform: {
      client: (args) => {
        args.explicitAuthFlows = [
          "ALLOW_ADMIN_USER_PASSWORD_AUTH",
          "ALLOW_REFRESH_TOKEN_AUTH",
          "ALLOW_USER_SRP_AUTH",
        ];
        args.generateSecret = false;
        args.preventUserExistenceErrors = "ENABLED";
        args.enableTokenRevocation = true;
        args.readAttributes = [
          "custom:account_ids",
          "custom:tenant_id",
          "email",
          "email_verified",
          "name",
        ];
        args.writeAttributes = WRITABLE_ATTRIBUTES;
        args.idTokenValidity = 60;
        args.accessTokenValidity = 60;
        args.refreshTokenValidity = 7;
        args.tokenValidityUnits = {
          idToken: "minutes",
          accessToken: "minutes",
          refreshToken: "days",
        };
        // No hosted sign-in, which SST would allow with a return address of example.com.
        args.allowedOauthFlowsUserPoolClient = false;
        args.allowedOauthFlows = [];
        args.allowedOauthScopes = [];
        args.callbackUrls = [];
        return undefined;
      },
    },
  });
}
