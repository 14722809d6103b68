/** Answers as AWS would to a program that only needs names, ARNs and documents to go on. */

const ACCOUNT = "123456789012";
const REGION = "us-east-1";

type Values = Readonly<Record<string, unknown>>;

/** What a resource looks like: its inputs, and what AWS would add. One that exists brings its id. */
export function stateOf(type: string, name: string, inputs: Values, existing?: string) {
  const given = existing === undefined || existing === "" ? inputs.name : existing;
  const known = { name: typeof given === "string" ? given : `${name}-1a2b3c4` };
  const added = ADDED[type]?.(known.name) ?? { arn: arn(type, known.name) };
  const state: Values = { ...inputs, ...known, ...added };
  const id = typeof state.id === "string" ? state.id : known.name;
  return { id, state };
}

const ADDED: Readonly<Record<string, (name: string) => Values>> = {
  "aws:sqs/queue:Queue": (name) => {
    const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
    return { id: url, url, arn: `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}` };
  },
  "aws:dynamodb/table:Table": (name) => ({
    arn: `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  }),
  "aws:cloudwatch/eventBus:EventBus": (name) => ({
    arn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/${name}`,
  }),
  "aws:cloudwatch/eventRule:EventRule": (name) => ({
    arn: `arn:aws:events:${REGION}:${ACCOUNT}:rule/bus/${name}`,
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name) => ({
    arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`,
  }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name) => ({
    arn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
  }),
  "aws:sns/topic:Topic": (name) => ({ arn: `arn:aws:sns:${REGION}:${ACCOUNT}:${name}` }),
  "aws:iam/role:Role": (name) => ({ arn: `arn:aws:iam::${ACCOUNT}:role/${name}` }),
  "aws:lambda/function:Function": (name) => ({
    arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
    invokeArn: `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${name}/invocations`,
  }),
  "aws:apigatewayv2/api:Api": (name) => ({
    id: `api${name.length}`,
    apiEndpoint: `https://api${name.length}.execute-api.${REGION}.amazonaws.com`,
    executionArn: `arn:aws:execute-api:${REGION}:${ACCOUNT}:api${name.length}`,
  }),
  "aws:acm/certificate:Certificate": (name) => ({
    arn: `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/${name}`,
    domainValidationOptions: [
      {
        resourceRecordType: "CNAME",
        resourceRecordName: "_a.example.com",
        resourceRecordValue: "b",
      },
    ],
  }),
  "aws:apigatewayv2/domainName:DomainName": (name) => ({
    arn: arn("aws:apigateway/domainName", name),
    domainNameConfiguration: { targetDomainName: "target.example.com", hostedZoneId: "ZONE1" },
  }),
  "aws:cognito/userPoolClient:UserPoolClient": () => ({ clientSecret: "" }),
  "pulumi-nodejs:dynamic:Resource": () => ({ zoneId: "ZONE1" }),
  "aws:cognito/userPool:UserPool": (name) => ({
    id: `${REGION}_${name.length}Pool`,
    arn: `arn:aws:cognito-idp:${REGION}:${ACCOUNT}:userpool/${REGION}_${name.length}Pool`,
  }),
  "random:index/randomBytes:RandomBytes": () => ({ base64: "c3ludGhlc2lzZWQ=" }),
};

function arn(type: string, name: string): string {
  return `arn:aws:${type.split(":")[1]?.split("/")[0]}:${REGION}:${ACCOUNT}:${name}`;
}

/** Look-ups that SST's components make of a provider. */
export function answerCall(token: string, inputs: Values): Values {
  const answer = ANSWERS[token];
  if (answer === undefined) throw new Error(`The stand-in has no answer to ${token}.`);
  return answer(inputs);
}

const ANSWERS: Readonly<Record<string, (inputs: Values) => Values>> = {
  "aws:index/getRegion:getRegion": () => ({ name: REGION, region: REGION, id: REGION }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: ACCOUNT }),
  "aws:iam/getPolicyDocument:getPolicyDocument": ({ statements }) => ({
    statements,
    json: JSON.stringify({ Version: "2012-10-17", Statement: list(statements).map(statement) }),
  }),
};

/** A statement of a policy document, in IAM's own words. */
function statement(given: Values): Values {
  const { sid, effect = "Allow", actions, resources, principals, conditions } = given;
  return {
    ...(sid === undefined ? {} : { Sid: sid }),
    Effect: effect,
    ...(principals === undefined ? {} : { Principal: principal(list(principals)) }),
    Action: actions,
    Resource: resources,
    ...(conditions === undefined ? {} : { Condition: condition(list(conditions)) }),
  };
}

function principal(given: readonly Values[]): unknown {
  if (given.some(({ type }) => type === "*")) return "*";
  return Object.fromEntries(given.map(({ type, identifiers }) => [String(type), identifiers]));
}

function condition(given: readonly Values[]): Values {
  const tests = Object.groupBy(given, ({ test }) => String(test));
  return Object.fromEntries(
    Object.entries(tests).map(([test, conditions = []]) => [
      test,
      Object.fromEntries(conditions.map(({ variable, values }) => [String(variable), values])),
    ]),
  );
}

function list(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value : [];
}
