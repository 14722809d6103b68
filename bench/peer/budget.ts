import type { DynamoDB } from "@aws-sdk/client-dynamodb";
import { RateLimiterDynamo, RateLimiterRes } from "rate-limiter-flexible";
import { PEER_TABLES } from "./tables.ts";

const DAY_SECONDS = 86_400;

/** Consumes a unit of an account's budget for today (UTC); false: none is left. */
export type Consume = (account: string, dailyLimit: number) => Promise<boolean>;

/** rate-limiter-flexible with one limiter for each limit, and the day in the key. */
export function createBudget(storeClient: DynamoDB): Consume {
  const limiters = new Map<number, RateLimiterDynamo>();
  const limiterOf = (points: number) => {
    const known = limiters.get(points);
    if (known !== undefined) return known;
    const limiter = new RateLimiterDynamo({
      storeClient,
      tableName: PEER_TABLES.budget.name,
      keyPrefix: "budget",
      points,
      duration: DAY_SECONDS,
      tableCreated: true,
      ttlSet: true,
    });
    limiters.set(points, limiter);
    return limiter;
  };
  return async (account, dailyLimit) => {
    if (dailyLimit === 0) return false;
    const day = new Date().toISOString().slice(0, 10);
    try {
      await limiterOf(dailyLimit).consume(`${account}#${day}`);
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return false;
      throw refusal;
    }
  };
}
