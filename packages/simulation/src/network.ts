import { REQUEST_MS_MAX } from "@autonomy-gate/core/commit";
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
    trace.say(() => `${process.name} ${operation} ${about()}${told(disturbance)}`);
    const answer = (delayMs: number, reply: Reply<T>) =>
      process.resumeAfter(delayMs, () => {
        trace.say(() => `${process.name} ${operation} ${outcomeText(reply)}`);
        if ("fault" in reply) reject(reply.fault);
        else resolve(reply.value);
      });
    travel({ process, disturbance, answer, serve });
    return promise;
  }

  function travel<T>({ process, disturbance, answer, serve }: Journey<T>): void {
    const { moment, freezeMs, delayMs, silent } = disturbance;
    const sentAtMs = scheduler.nowMs();
    const fault = faultOf(disturbance);
    const arrive = () => {
      const respond = (reply: Reply<T>) => reach({ process, disturbance, answer, serve }, reply);
      serve({ process, sentAtMs, disturbance, respond });
    };
    if (freezeMs !== undefined) process.freeze(freezeMs, howFrozen(freezeMs));
    if (fault !== undefined || delayMs !== undefined) {
      // The consumer gives up on the request; it may still arrive.
      answer(REQUEST_MS_MAX, { fault: new ServiceFault("TimeoutError") });
    }
    if (moment === "crash-before") process.die();
    else if (moment !== "before" || fault === undefined) {
      scheduler.after(latencyMs() + slowness(disturbance, "request"), arrive);
    } else if (silent !== true) answer(2 * latencyMs(), { fault });
  }

  /** The effect is done: what its sender hears of it. */
  function reach<T>({ process, disturbance, answer }: Journey<T>, reply: Reply<T>): void {
    const fault = faultOf(disturbance);
    if (disturbance.moment === "crash-after") process.die();
    else if (disturbance.moment !== "after") {
      answer(latencyMs() + slowness(disturbance, "reply"), reply);
    } else if (disturbance.silent !== true && fault !== undefined) answer(latencyMs(), { fault });
  }

  return { scheduler, random, faults, trace, call, calls };
}

/** One request on its way there and back. */
interface Journey<T> {
  readonly process: SimProcess;
  readonly disturbance: Disturbance;
  readonly answer: (delayMs: number, reply: Reply<T>) => void;
  readonly serve: (arrival: Arrival<T>) => void;
}

function slowness({ delays, delayMs = 0 }: Disturbance, side: Disturbance["delays"]): number {
  return delays === side ? delayMs : 0;
}

function outcomeText(reply: Reply<unknown>): string {
  return "fault" in reply ? reply.fault.code : "ok";
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

/** By its length, so that half of them are of each kind and no seed tells another story. */
function howFrozen(freezeMs: number): "stopped" | "suspended" {
  return Math.floor(freezeMs) % 2 === 0 ? "stopped" : "suspended";
}
