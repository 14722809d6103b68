import type { FunctionName } from "./bundles.ts";

/** One statement of what a function may do. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly $util.Input<string>[];
  readonly conditions?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

export interface GateFunctionArgs {
  readonly bundle: FunctionName;
  /** Folder of the bundle; absent while `sst dev` builds from the sources by itself. */
  readonly folder: string | undefined;
  /** The handler's source, for `sst dev`. */
  readonly source: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  readonly permissions: readonly Permission[];
  /** Executions kept for this function, which are also its most; absent: it shares the account's. */
  readonly reservedConcurrency?: number | undefined;
  readonly production: boolean;
}

const LOG_DAYS = { production: 365, other: 7 };

const LAMBDA_ALONE = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

/** A function that may do what is listed and write its own log, nothing else. */
export function gateFunction(name: string, args: GateFunctionArgs): sst.aws.Function {
  const logs = new aws.cloudwatch.LogGroup(
    `${name}Logs`,
    {
      // A prefix: the logs of a stage that was removed must not be in the way of its next one.
      namePrefix: `/aws/lambda/${$app.name}-${$app.stage}-${name}-`,
      retentionInDays: args.production ? LOG_DAYS.production : LOG_DAYS.other,
    },
    { retainOnDelete: args.production },
  );
  return new sst.aws.Function(name, {
    ...code(args),
    description: args.description,
    runtime: "nodejs24.x",
    architecture: "arm64",
    timeout: `${args.timeoutSeconds} seconds`,
    memory: `${args.memoryMegabytes} MB`,
    ...(args.reservedConcurrency === undefined
      ? {}
      : { concurrency: { reserved: args.reservedConcurrency } }),
    environment: { ...args.environment },
    logging: { logGroup: logs.arn.apply(logGroupName) },
    permissions: [...args.permissions, writeTo(logs)].map(mutableCopy),
    transform: {
      role: (role) => {
        // SST would attach AWSLambdaBasicExecutionRole: every log group of the account.
        role.managedPolicyArns = [];
        // And it would let every principal of the account assume the role, which only `sst dev` needs.
        if (!$dev) role.assumeRolePolicy = LAMBDA_ALONE;
        return undefined;
      },
    },
  });
}

function code({ bundle, folder, source }: GateFunctionArgs) {
  return folder === undefined
    ? { handler: source }
    : { bundle: folder, handler: `${bundle}.handler` };
}

function writeTo(logs: aws.cloudwatch.LogGroup): Permission {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [$interpolate`${logs.arn}:*`],
  };
}

/** The name as part of the ARN, so that the function waits for its log group. */
function logGroupName(arn: string): string {
  return arn.split(":").slice(6).join(":");
}

function mutableCopy({ actions, resources, conditions = [] }: Permission) {
  return {
    actions: [...actions],
    resources: [...resources],
    ...(conditions.length === 0
      ? {}
      : {
          conditions: conditions.map((condition) => ({
            ...condition,
            values: [...condition.values],
          })),
        }),
  };
}
