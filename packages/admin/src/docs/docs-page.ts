import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** A page and the policy it needs: nothing in it comes from anywhere else. */
export interface DocsPage {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

const START = `window.ui = SwaggerUIBundle({ url: "openapi.json", dom_id: "#ui", deepLinking: true, validatorUrl: null });`;

/** Swagger UI in one page, its script and style inside it. Read once, from node_modules. */
export function docsPage(): Promise<DocsPage> {
  page ??= readPage();
  return page;
}

let page: Promise<DocsPage> | undefined;

async function readPage(): Promise<DocsPage> {
  const [bundle, style] = await Promise.all([
    readFile(require.resolve("swagger-ui-dist/swagger-ui-bundle.js"), "utf8"),
    readFile(require.resolve("swagger-ui-dist/swagger-ui.css"), "utf8"),
  ]);
  const script = bundle.replaceAll("</script", "<\\/script");
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Autonomy gate: admin API</title>
<style>${style}</style>
</head>
<body>
<div id="ui"></div>
<script>${script}</script>
<script>${START}</script>
</body>
</html>
`;
  const scripts = [script, START].map((text) => `'sha256-${digest(text)}'`).join(" ");
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; script-src ${scripts}; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'`,
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("base64");
}
