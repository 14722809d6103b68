import type { Disturbance, Faults, Operation } from "./faults.ts";
import type { SimProcess } from "./process.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Trace } from "./trace.ts";

/** Why one action of a transaction did, or did not, cancel it. */
export interface CancelReason {
  readonly code: string;
  readonly item?: Readonly<Record<string, unknown>> | undefined;
}

/** What a service, or the way to it, answers instead of a result. */
export class ServiceFault extends Error {
  override readonly name = "ServiceFault";
  readonly code: string;
  readonly reasons: readonly CancelReason[];
  /** The item that a single write's condition met. */
  readonly item: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: string,
    { reasons = [], item }: { reasons?: readonly CancelReason[]; item?: CancelReason["item"] } = {},
  ) {
    super(code);
    this.code = code;
    this.reasons = reasons;
    this.item = item;
  }
}

export type Reply<T> = { readonly value: T } | { readonly fault: ServiceFault };

/** A request under way, as its service sees it. */
export interface Arrival<T> {
  readonly process: SimProcess;
  readonly sentAtMs: number;
  readonly disturbance: Disturbance;
  /** To be called once, when the effect is done. */
  respond(reply: Reply<T>): void;
}

/** Told of every request as it is sent. */
export type CallObserver = (process: SimProcess, operation: Operation) => void;

/** The way between processes and services. */
export interface Network {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faults: Faults;
  readonly trace: Trace;
  /** Sends a request; rejects with ServiceFault. Never settles for a process that has died. */
  call<T>(
    process: SimProcess,
    operation: Operation,
    about: () => string,
    serve: (arrival: Arrival<T>) => void,
  ): Promise<T>;
  /** Requests sent, by operation. */
  readonly calls: Map<Operation, number>;
}

/** The consumer's clients give up on a request after so long; it may still arrive. */
export const REQUEST_TIMEOUT_MS = 1_000;

const LATENCY_MS_MIN = 0.5;
const LATENCY_MS_MAX = 6;

export function createNetwork(
  scheduler: Scheduler,
  random: Random,
  faults: Faults,
  trace: Trace,
  onCall: CallObserver = () => {},
): Network {
  const calls = new Map<Operation, number>();
  const latencyMs = () => random.between(LATENCY_MS_MIN, LATENCY_MS_MAX);

  function call<T>(
    process: SimProcess,
    operation: Operation,
    about: () => string,
    serve: (arrival: Arrival<T>) => void,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (!process.isAlive()) return promise;
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    onCall(process, operation);
    const disturbance = faults.disturb(operation);
    const sentAtMs = scheduler.nowMs();
    trace.say(() => `${process.name} ${operation} ${about()}${told(disturbance)}`);
    const answer = (delayMs: number, reply: Reply<T>) =>
      process.resumeAfter(delayMs, () => {
        trace.say(
          () => `${process.name} ${operation} ${"fault" in reply ? reply.fault.code : "ok"}`,
        );
        if ("fault" in reply) reject(reply.fault);
        else resolve(reply.value);
      });
    if (disturbance.freezeMs !== undefined) process.freeze(disturbance.freezeMs);
    const fault = faultOf(disturbance);
    if (fault !== undefined || disturbance.delayMs !== undefined) {
      answer(REQUEST_TIMEOUT_MS, { fault: new ServiceFault("TimeoutError") });
    }
    if (disturbance.moment === "crash-before") {
      process.die();
      return promise;
    }
    if (disturbance.moment === "before" && fault !== undefined) {
      if (disturbance.silent !== true) answer(2 * latencyMs(), { fault });
      return promise;
    }
    const slow = (side: Disturbance["delays"]) =>
      disturbance.delays === side ? (disturbance.delayMs ?? 0) : 0;
    scheduler.after(latencyMs() + slow("request"), () => {
      serve({
        process,
        sentAtMs,
        disturbance,
        respond: (reply) => {
          if (disturbance.moment === "crash-after") process.die();
          else if (disturbance.moment !== "after") answer(latencyMs() + slow("reply"), reply);
          else if (disturbance.silent !== true && fault !== undefined)
            answer(latencyMs(), { fault });
        },
      });
    });
    return promise;
  }

  return { scheduler, random, faults, trace, call, calls };
}

/** The error that takes the reply's place; none when the service itself plays the fault. */
function faultOf({ moment, code }: Disturbance): ServiceFault | undefined {
  const isError = moment === "before" || moment === "after";
  return isError && code !== undefined ? new ServiceFault(code) : undefined;
}

function told({ fault, moment, code, delayMs, freezeMs }: Disturbance): string {
  if (fault === undefined) return "";
  const how = [moment, code, delayMs?.toFixed(0), freezeMs?.toFixed(0)].filter(Boolean);
  return `  !! ${fault} ${how.join(" ")}`;
}
