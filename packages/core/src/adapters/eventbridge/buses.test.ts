import { describe, expect, test } from "vitest";
import { openEventBridge } from "../../../test/event-bridge.ts";
import { ACCOUNT, anIntent, aRecord } from "../../../test/fixtures.ts";
import { configChanged } from "../../config/changed.ts";
import { outcomeOf } from "../../outcome/outcome.ts";
import { eventBridgeChangeBus } from "./change-bus.ts";
import { eventBridgeOutcomeBus } from "./outcome-bus.ts";

const OUTCOME = outcomeOf(aRecord(), JSON.stringify(anIntent()));

function outcomeOfBytes(bytes: number, text = "x") {
  return { ...OUTCOME, detail: text.repeat(bytes / Buffer.byteLength(text)) };
}

describe("the bus of outcomes", () => {
  test("publishes an outcome as the gate's event, its detail as it is", async () => {
    const { client, accepted } = openEventBridge();
    const deliveries = await eventBridgeOutcomeBus(client, "bus").publish([OUTCOME]);
    expect(deliveries).toEqual([{ accepted: true }]);
    expect(accepted).toEqual([
      {
        EventBusName: "bus",
        Source: "autonomy.gate",
        DetailType: "ActionAutoApproved",
        Detail: OUTCOME.detail,
      },
    ]);
  });

  test.each([
    [0, []],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])("publishes %i outcomes in requests of %j", async (count, sizes) => {
    const { client, requests } = openEventBridge();
    const outcomes = Array.from({ length: count }, () => OUTCOME);
    const deliveries = await eventBridgeOutcomeBus(client, "bus").publish(outcomes);
    expect(deliveries).toHaveLength(count);
    expect(requests.map(({ length }) => length)).toEqual(sizes);
  });

  test("keeps a request to 240 KB, counted in UTF-8 with source and detail-type", async () => {
    const names = "autonomy.gate".length + "ActionAutoApproved".length;
    const half = 120 * 1024 - names;
    const sizes = async (...outcomes: (typeof OUTCOME)[]) => {
      const { client, requests } = openEventBridge();
      await eventBridgeOutcomeBus(client, "bus").publish(outcomes);
      return requests.map(({ length }) => length);
    };
    expect(await sizes(outcomeOfBytes(half), outcomeOfBytes(half))).toEqual([2]);
    expect(await sizes(outcomeOfBytes(half), outcomeOfBytes(half + 1))).toEqual([1, 1]);
    expect(await sizes(outcomeOfBytes(half), outcomeOfBytes(half + 1, "ü"))).toEqual([1, 1]);
    expect(await sizes(outcomeOfBytes(300 * 1024), OUTCOME)).toEqual([1, 1]);
  });

  test("says of each outcome whether it was taken, in order, whatever the others' answer", async () => {
    const codes = [undefined, "InternalFailure", undefined];
    const { client } = openEventBridge(() => codes.shift());
    const deliveries = await eventBridgeOutcomeBus(client, "bus").publish([
      OUTCOME,
      OUTCOME,
      OUTCOME,
    ]);
    expect(deliveries).toMatchObject([
      { accepted: true },
      { accepted: false, errorCode: "InternalFailure" },
      { accepted: true },
    ]);
  });

  test("never throws: a request that failed took nothing", async () => {
    const { client } = openEventBridge(() => {
      throw Object.assign(new Error("gone"), { name: "TimeoutError" });
    });
    const deliveries = await eventBridgeOutcomeBus(client, "bus").publish([OUTCOME, OUTCOME]);
    expect(deliveries).toMatchObject([
      { accepted: false, errorCode: "TimeoutError" },
      { accepted: false, errorCode: "TimeoutError" },
    ]);
  });
});

test("the bus of changes publishes one event of the admin API, and says whether it was taken", async () => {
  const change = configChanged(
    {
      scope: { kind: "ACCOUNT", ...ACCOUNT },
      object: { kind: "KILL_SWITCH", owner: "TENANT" },
      actor: "ops",
      action: "PUT /kill-switch",
      request_id: "r",
      at: "2026-11-22T09:30:00.000Z",
    },
    "evt-1",
  );
  const { client, accepted } = openEventBridge();
  expect(await eventBridgeChangeBus(client, "bus").publish(change)).toEqual({ accepted: true });
  expect(accepted).toMatchObject([
    { EventBusName: "bus", Source: "autonomy.admin", DetailType: "AutonomyConfigChanged" },
  ]);
  expect(JSON.parse(accepted[0]?.Detail ?? "")).toEqual(change);
  const refusing = openEventBridge(() => "InternalFailure");
  expect(await eventBridgeChangeBus(refusing.client, "bus").publish(change)).toMatchObject({
    accepted: false,
    errorCode: "InternalFailure",
  });
});
