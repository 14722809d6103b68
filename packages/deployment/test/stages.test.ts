import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readSettings } from "../../../stacks/settings.ts";
import { environmentTypes } from "./proof/environment-types.ts";
import { PROOF } from "./proof/proof.ts";
import { named, ofType, statements, text } from "./synthesis/find.ts";
import { ROOT } from "./synthesis/platform.ts";
import { productionSettings } from "./synthesis/production-settings.ts";
import { type Stage, type SynthesisOptions, synthesise } from "./synthesis/synthesise.ts";

/** Both kinds of stage as they come, and one with every setting used. */
const STAGES: Readonly<Record<string, SynthesisOptions>> = {
  production: { stage: "production" },
  "a developer's stage": { stage: "ada" },
  "a stage with examples and the throughput profile": {
    stage: "staging",
    environment: { AUTONOMY_EXAMPLE_SUBSCRIBERS: "true", AUTONOMY_BATCH_PROFILE: "throughput" },
  },
};

describe.each(Object.entries(STAGES))("%s", (_, options) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await synthesise(options);
  });

  test.each(Object.entries(PROOF))("%s", (_name, check) => {
    expect(check(stage.synthesis)).toEqual([]);
  });

  test("production is kept and protected, other stages are removable", () => {
    const production = options.stage === "production";
    expect(stage.synthesis.app).toMatchObject(
      production ? { removal: "retain", protect: true } : { removal: "remove", protect: false },
    );
  });

  test("sst-env.d.ts names what the stage links", async () => {
    const types = await readFile(join(ROOT, "sst-env.d.ts"), "utf8");
    const members = environmentTypes(stage.synthesis);
    // Example subscribers add queues of their own, which no code of ours may rely on.
    if (options.environment === undefined) expect(types).toContain(members);
  });
});

describe("settings", () => {
  test("an existing bus is used by its name, and its policy left to its owner", async () => {
    const { synthesis } = await synthesise({
      stage: "ada",
      environment: { AUTONOMY_EXISTING_BUS_NAME: "company-bus" },
    });
    expect(ofType(synthesis, "cloudwatch/eventBusPolicy:EventBusPolicy")).toEqual([]);
    expect(named(synthesis, "AutonomyIntentsRule").inputs.eventBusName).toBe("company-bus");
    expect(named(synthesis, "AutonomyConsumerFunction").inputs.environment).toMatchObject({
      variables: { AUTONOMY_EVENT_BUS_NAME: "company-bus" },
    });
  });

  test.each([
    ["company-bus", { EventBusName: "company-bus" }],
    ["default", {}],
  ])(
    "lost intents of the bus %s are watched by the dimensions AWS counts them under",
    async (bus, dimensions) => {
      const { synthesis } = await synthesise({
        stage: "production",
        environment: { AUTONOMY_EXISTING_BUS_NAME: bus },
      });
      expect(named(synthesis, "AutonomyAlarmLostIntents").inputs.dimensions).toEqual({
        RuleName: text(named(synthesis, "AutonomyIntentsRule"), "name"),
        ...dimensions,
      });
    },
  );

  test("sources, producers, browser origins, domain, fair queue and alarm address reach their places", async () => {
    const producer = "arn:aws:iam::123456789012:role/phase-3";
    const { synthesis } = await synthesise({
      stage: "production",
      environment: {
        AUTONOMY_INTENT_SOURCES: "phase-3.a, phase-3.b",
        AUTONOMY_INTENT_PRODUCER_ROLE_ARNS: producer,
        AUTONOMY_CORS_ORIGINS: "https://app.example.com",
        AUTONOMY_ADMIN_DOMAIN: "gate.example.com",
        AUTONOMY_FAIR_QUEUE: "true",
        AUTONOMY_ALARM_EMAIL: "on-call@example.com",
      },
    });
    expect(named(synthesis, "AutonomyIntentsRule").inputs.eventPattern).toContain(
      '"source":["phase-3.a","phase-3.b"]',
    );
    expect(statements(named(synthesis, "AutonomyBusPolicy").inputs.policy)).toContainEqual(
      expect.objectContaining({
        Sid: "IntentsByOtherRoles",
        Condition: expect.objectContaining({ ArnNotEquals: { "aws:PrincipalArn": [producer] } }),
      }),
    );
    expect(named(synthesis, "AutonomyAdminFunction").inputs.environment).toMatchObject({
      variables: { AUTONOMY_CORS_ORIGINS: "https://app.example.com" },
    });
    expect(named(synthesis, "AutonomyAdminApiDomainName").inputs.domainName).toBe(
      "gate.example.com",
    );
    expect(named(synthesis, "AutonomyAdminApiApi").inputs.disableExecuteApiEndpoint).toBe(true);
    expect(named(synthesis, "AutonomyIntentsTarget").inputs.sqsTarget).toEqual({
      messageGroupId: "$.detail.data.account_id",
    });
    expect(named(synthesis, "AutonomyAlarmsEmail").inputs.endpoint).toBe("on-call@example.com");
  });

  test("concurrency reaches the consumer, and is kept for the admin API where the account has enough", async () => {
    const { synthesis } = await synthesise({
      stage: "ada",
      environment: {
        AUTONOMY_CONSUMER_CONCURRENCY: "7",
        AUTONOMY_ADMIN_RESERVED_CONCURRENCY: "3",
      },
    });
    expect(named(synthesis, "AutonomyConsumerSource").inputs.scalingConfig).toEqual({
      maximumConcurrency: 7,
    });
    for (const name of ["AutonomyAdminFunction", "AutonomyAuthorizerFunction"]) {
      expect(named(synthesis, name).inputs.reservedConcurrentExecutions).toBe(3);
    }
  });

  test("production names every setting; one that is left out or empty stops it and is named", async () => {
    const settings = await productionSettings();
    expect(() => readSettings("production", settings)).not.toThrow();
    for (const name of Object.keys(settings).filter((name) => name !== "AWS_REGION")) {
      const { [name]: _, ...others } = settings;
      expect(() => readSettings("production", others), name).toThrow(`Missing: ${name}`);
      expect(() => readSettings("production", { ...others, [name]: "" }), name).toThrow(name);
      expect(() => readSettings("ada", others), name).not.toThrow();
    }
  });

  test("production names its region", async () => {
    const deployment = synthesise({ stage: "production", environment: { AWS_REGION: "" } });
    await expect(deployment).rejects.toThrow("AWS_REGION");
  });

  test("a setting that is not usable stops the deployment and is named", async () => {
    const deployment = synthesise({
      stage: "ada",
      environment: {
        AUTONOMY_BATCH_PROFILE: "fast",
        AUTONOMY_CORS_ORIGINS: "https://app.example.com/",
      },
    });
    await expect(deployment).rejects.toThrow(/AUTONOMY_BATCH_PROFILE.*AUTONOMY_CORS_ORIGINS/s);
  });
});
