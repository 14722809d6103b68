import { Parser } from "@asyncapi/parser";
import { expect, test } from "vitest";
import { contractFiles } from "../src/documents.ts";
import { CONTRACTS, readFolder } from "./contracts-folder.ts";

test("contracts/ is what the schemas that run generate, byte for byte", async () => {
  const committed = await readFolder(CONTRACTS);
  for (const path of committed.keys()) if (path.startsWith("released/")) committed.delete(path);
  expect([...committed.keys()]).toEqual([...contractFiles().keys()].sort());
  for (const [path, text] of contractFiles()) {
    expect(committed.get(path), `${path} is not up to date: run pnpm contracts`).toBe(text);
  }
});

test("the AsyncAPI document is valid 3.1, by AsyncAPI's own parser", async () => {
  const { document, diagnostics } = await new Parser().parse(
    contractFiles().get("asyncapi.json") ?? "",
  );
  const faults = diagnostics.filter(({ severity }) => severity <= 1);
  expect(faults).toEqual([]);
  expect(document?.version()).toBe("3.1.0");
  expect(
    document
      ?.messages()
      .all()
      .map((message) => message.name())
      .sort(),
  ).toEqual([
    "ActionApprovalRequired",
    "ActionAutoApproved",
    "ActionBlocked",
    "ActionIntentCreated",
    "AutonomyConfigChanged",
  ]);
});

test("a document that is not AsyncAPI is not called valid", async () => {
  const broken = (contractFiles().get("asyncapi.json") ?? "").replace(
    '"action": "send"',
    '"action": "shout"',
  );
  const { diagnostics } = await new Parser().parse(broken);
  expect(diagnostics.some(({ severity }) => severity === 0)).toBe(true);
});
