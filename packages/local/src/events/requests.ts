import * as z from "zod";

/**
 * The requests of the EventBridge API as they travel, as far as this stand-in serves them: a field
 * that it does not serve is refused by name.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
 */

const Name = z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/);
const BusName = z.string().min(1).max(1_600).default("default");
const Page = { Limit: z.int().min(1).max(100).default(100), NextToken: z.string().optional() };

export const PutEventsEntry = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: BusName,
  Resources: z.array(z.string()).optional(),
  /** Epoch seconds, up to the end of the year 9999. */
  Time: z.number().min(0).max(253_402_300_799).optional(),
});

export type PutEventsEntry = z.output<typeof PutEventsEntry>;

export const PutEvents = z.strictObject({ Entries: z.array(PutEventsEntry).min(1).max(10) });

export const CreateEventBus = z.strictObject({
  Name: z.string().regex(/^[/.\-_A-Za-z0-9]{1,256}$/),
});
export const DescribeEventBus = z.strictObject({ Name: BusName });

export const PutRule = z.strictObject({
  Name,
  EventBusName: BusName,
  EventPattern: z.string().max(4_096).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  Description: z.string().max(512).optional(),
});

const InputTransformer = z.strictObject({
  InputPathsMap: z.record(z.string().min(1).max(256), z.string().max(256)).default({}),
  InputTemplate: z.string().min(1).max(8_192),
});

export const Target = z.strictObject({
  Id: Name,
  Arn: z.string().min(1).max(1_600),
  Input: z.string().max(8_192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: InputTransformer.optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string().max(100).optional() }).optional(),
});

export type Target = z.output<typeof Target>;

export const PutTargets = z.strictObject({
  Rule: Name,
  EventBusName: BusName,
  Targets: z.array(Target).min(1).max(100),
});

export const RemoveTargets = z.strictObject({
  Rule: Name,
  EventBusName: BusName,
  Ids: z.array(Name).min(1).max(100),
});

export const RuleName = z.strictObject({ Name, EventBusName: BusName });

export const ListRules = z.strictObject({
  NamePrefix: z.string().default(""),
  EventBusName: BusName,
  ...Page,
});

export const ListTargetsByRule = z.strictObject({ Rule: Name, EventBusName: BusName, ...Page });

export const TestEventPattern = z.strictObject({
  EventPattern: z.string().max(4_096),
  Event: z.string(),
});

/** What TestEventPattern requires of an event; `detail` may be absent. */
export const TestedEvent = z.looseObject({
  id: z.string(),
  account: z.string(),
  source: z.string(),
  time: z.iso.datetime({ offset: true }),
  region: z.string(),
  resources: z.array(z.string()),
  "detail-type": z.string(),
});
