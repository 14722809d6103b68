/// <reference path="./.sst/platform/config.d.ts" />

/** The gate on AWS. SST allows no import at the top: everything is imported where it is used. */
export default $config({
  app: ({ stage }) => {
    const production = stage === "production";
    const region = process.env.AWS_REGION || undefined;
    if (production && region === undefined) {
      throw new Error("Production names its region: put AWS_REGION into .env.production.");
    }
    return {
      name: "autonomy-gate",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      providers: { aws: { region: region ?? "us-east-1" } },
    };
  },
  run: async () => {
    const { readSettings } = await import("./stacks/settings.ts");
    const { deployGate } = await import("./stacks/gate.ts");
    return deployGate(readSettings($app.stage, process.env));
  },
});
