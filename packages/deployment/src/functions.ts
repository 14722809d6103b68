/** A function that is deployed as a bundle. */
export interface FunctionSource {
  /** Its entry, relative to the repository; it exports `handler`. */
  readonly entry: string;
  /** Files its code reads at run time, by package: they lie beside the bundle as in node_modules. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

/** The functions by name; `stacks/bundles.ts` knows the same ones. */
export const FUNCTIONS = {
  consumer: { entry: "packages/consumers/src/intents/handler.ts" },
  admin: {
    entry: "packages/admin/src/handler.ts",
    files: { "swagger-ui-dist": ["package.json", "swagger-ui-bundle.js", "swagger-ui.css"] },
  },
  authorizer: { entry: "packages/admin/src/authorizer.ts" },
} as const satisfies Record<string, FunctionSource>;

export type FunctionName = keyof typeof FUNCTIONS;

/** Folder of bundles, relative to the repository; git does not see it. */
export const BUNDLE_FOLDER = ".build";
