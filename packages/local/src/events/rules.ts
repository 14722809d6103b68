import type * as z from "zod";
import { EventsError, notFound, validationError } from "./aws-error.ts";
import { validateInput } from "./input.ts";
import { type CompiledPattern, compilePattern } from "./pattern.ts";
import { InvalidEventPatternError } from "./pattern-error.ts";
import type { PutRule, Target } from "./requests.ts";
import { type RuleFile, ruleFile } from "./saved-rules.ts";

/** Buses, their rules, and the rules' targets: in memory, and in a file if there is one. */

export const ACCOUNT = "000000000000";

export interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly eventPattern: string;
  readonly pattern: CompiledPattern;
  readonly state: "ENABLED" | "DISABLED";
  readonly description: string | undefined;
  readonly targets: Map<string, Target>;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const TARGETS_PER_RULE_MAX = 5;
const SQS_ARN = /^arn:aws:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/;

export class RuleBook {
  readonly #region: string;
  readonly #file: RuleFile;
  readonly #buses = new Map<string, Map<string, Rule>>([["default", new Map()]]);

  constructor(region: string, file: RuleFile = ruleFile(undefined)) {
    this.#region = region;
    this.#file = { ...file, write: () => {} };
    for (const { bus, rules } of file.read()) {
      if (!this.hasBus(bus)) this.createBus(bus);
      for (const { rule, targets } of rules) this.putTargets(this.putRule(rule), targets);
    }
    this.#file = file;
  }

  #save(): void {
    const buses = [...this.#buses].map(([bus, rules]) => ({
      bus,
      rules: [...rules.values()].map((rule) => ({
        rule: requestOf(rule),
        targets: [...rule.targets.values()],
      })),
    }));
    this.#file.write(buses);
  }

  createBus(name: string): string {
    if (this.#buses.has(name)) {
      throw new EventsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
    }
    this.#buses.set(name, new Map());
    this.#save();
    return this.#busArn(name);
  }

  describeBus(nameOrArn: string): { readonly Name: string; readonly Arn: string } {
    this.#busOf(nameOrArn);
    const name = busName(nameOrArn);
    return { Name: name, Arn: this.#busArn(name) };
  }

  #busArn(name: string): string {
    return `arn:aws:events:${this.#region}:${ACCOUNT}:event-bus/${name}`;
  }

  hasBus(nameOrArn: string): boolean {
    return this.#buses.has(busName(nameOrArn));
  }

  /** The rules of a bus by name, in the order they were first put. */
  rulesOf(nameOrArn: string): ReadonlyMap<string, Rule> {
    return this.#busOf(nameOrArn);
  }

  #busOf(nameOrArn: string): Map<string, Rule> {
    const rules = this.#buses.get(busName(nameOrArn));
    if (rules === undefined) {
      throw notFound(`Event bus ${busName(nameOrArn)} does not exist.`);
    }
    return rules;
  }

  rule(nameOrArn: string, name: string): Rule {
    const rule = this.#busOf(nameOrArn).get(name);
    if (rule === undefined) {
      throw notFound(`Rule ${name} does not exist on EventBus ${busName(nameOrArn)}.`);
    }
    return rule;
  }

  /** A rule put again keeps its targets. */
  putRule(request: z.output<typeof PutRule>): Rule {
    if (request.ScheduleExpression !== undefined || request.EventPattern === undefined) {
      throw validationError("Parameter EventPattern must be specified; schedules are not served.");
    }
    const bus = this.#busOf(request.EventBusName);
    const owner = busName(request.EventBusName);
    const rule: Rule = {
      name: request.Name,
      arn: `arn:aws:events:${this.#region}:${ACCOUNT}:rule/${owner === "default" ? "" : `${owner}/`}${request.Name}`,
      busName: owner,
      eventPattern: request.EventPattern,
      pattern: compilePattern(parsePattern(request.EventPattern)),
      state: request.State,
      description: request.Description,
      targets: bus.get(request.Name)?.targets ?? new Map(),
    };
    bus.set(rule.name, rule);
    this.#save();
    return rule;
  }

  putTargets(rule: Rule, targets: readonly Target[]): void {
    for (const target of targets) {
      if (!SQS_ARN.test(target.Arn)) {
        throw validationError(
          `Parameter ${target.Arn} is not valid. Reason: Provided Arn is not an SQS queue's.`,
        );
      }
      validateInput(target);
    }
    const ids = new Set([...rule.targets.keys(), ...targets.map(({ Id }) => Id)]);
    if (ids.size > TARGETS_PER_RULE_MAX) {
      throw new EventsError(
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
      );
    }
    for (const target of targets) {
      rule.targets.set(target.Id, target);
    }
    this.#save();
  }

  removeTargets(rule: Rule, ids: readonly string[]): void {
    for (const id of ids) rule.targets.delete(id);
    this.#save();
  }

  deleteRule(nameOrArn: string, name: string): void {
    const bus = this.#busOf(nameOrArn);
    if ((bus.get(name)?.targets.size ?? 0) > 0) {
      throw validationError("Rule can't be deleted since it has targets.");
    }
    bus.delete(name);
    this.#save();
  }
}

function requestOf({ name, busName, eventPattern, state, description }: Rule) {
  return {
    Name: name,
    EventBusName: busName,
    EventPattern: eventPattern,
    State: state,
    Description: description,
  };
}

/** @throws InvalidEventPatternError when the text is not JSON */
export function parsePattern(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InvalidEventPatternError("Filter is not valid JSON", { cause });
  }
}

function busName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:[^:]*:events:[^:]*:[^:]*:event-bus\//, "");
}
