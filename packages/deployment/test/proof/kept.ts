import { ofType } from "../synthesis/find.ts";
import { type Check, differences } from "./check.ts";

/** What a deployment could make anew, but not with what was in it. */
const KEPT = [
  "dynamodb/table:Table",
  "cognito/userPool:UserPool",
  "cognito/userGroup:UserGroup",
  "cloudwatch/logGroup:LogGroup",
];

/** Decisions, people and logs outlive production; of other stages nothing is left behind. */
export const whatCannotBeMadeAgainIsKept: Check = (synthesis) =>
  KEPT.flatMap((type) => ofType(synthesis, type)).flatMap(({ type, name }) =>
    differences(
      `Whether ${name} outlives its stage`,
      synthesis.options[`${type} ${name}`]?.retainOnDelete,
      synthesis.app.removal === "retain",
    ),
  );
