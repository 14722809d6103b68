import type { Plugin } from "esbuild";

/**
 * What the AWS SDK can load on demand but never does on Lambda, where credentials come from the
 * environment: sign-in by profile, SSO, process, web identity or instance, and the parser of browser
 * names. The SDK asks the environment first; whoever gets to one of these is told why it is missing.
 */
const LEFT_OUT = new RegExp(
  [
    "^bowser$",
    "^@aws-sdk/credential-provider-(ini|login|process|sso|web-identity)$",
    "^@aws-sdk/nested-clients(/|$)",
    "^@aws-sdk/token-providers$",
    "^@smithy/credential-provider-imds$",
  ].join("|"),
);

/** Leaves them out where they are imported on demand; a static import is bundled as ever. */
export function leaveOutCredentialSources(): Plugin {
  return {
    name: "leave-out-credential-sources",
    setup: (build) => {
      build.onResolve({ filter: LEFT_OUT }, ({ path, kind }) =>
        kind === "dynamic-import" ? { path, namespace: "left-out" } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
        contents: `throw new Error(${JSON.stringify(message(path))});`,
      }));
    },
  };
}

function message(path: string): string {
  return `${path} is not part of this bundle: on Lambda, credentials come from the environment.`;
}
