import { faultOf } from "./faults.ts";

/** Sends one read; what goes wrong with it is said in the gate's words. */
export async function read<T>(operation: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw faultOf(error, operation);
  }
}
