import { createServer, type IncomingMessage, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { Inbox } from "./inbox.ts";
import { pageOf } from "./page.ts";

/** Who looks at the page; a real one knows them from their session. */
export interface Viewer {
  readonly tenantId: string;
  readonly name: string;
}

/** The approval UI: one page, and the form behind its buttons. */
export function createUi(inbox: Inbox, viewer: Viewer): Server {
  return createServer((request, response) => {
    answer(request, inbox, viewer).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.writeHead(500).end("Internal server error"),
    );
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function answer(request: IncomingMessage, inbox: Inbox, viewer: Viewer): Promise<Answer> {
  const entries = await inbox.pending(viewer.tenantId);
  if (request.method !== "POST") {
    const headers = { "content-type": "text/html; charset=utf-8" };
    return { status: 200, headers, body: pageOf(viewer.tenantId, entries) };
  }
  const form = new URLSearchParams(await text(request));
  const entry = entries.find(({ decision_id }) => decision_id === form.get("decision_id"));
  const status = form.get("status") === "APPROVED" ? "APPROVED" : "REJECTED";
  const result =
    entry === undefined ? "not pending" : await inbox.decide(entry, status, viewer.name);
  // From here an approved action goes to whatever executes it, with decision_id as its key.
  return result === "decided"
    ? { status: 303, headers: { location: "/" }, body: "" }
    : { status: 409, headers: { "content-type": "text/plain" }, body: `This is ${result}.` };
}
