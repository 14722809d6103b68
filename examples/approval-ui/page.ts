import type { Entry } from "./inbox.ts";

/** What waits for a person, as a page with a form for each entry. */
export function pageOf(tenantId: string, entries: readonly Entry[]): string {
  const rows = entries.map((entry) => rowOf(entry)).join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Waiting for a person</title>
<h1>Waiting for a person at ${escaped(tenantId)}</h1>
${rows === "" ? "<p>Nothing.</p>" : `<ul>${rows}</ul>`}
</html>
`;
}

function rowOf({ decision_id, account_id, action_type, explanation, ...entry }: Entry): string {
  // An agent that may only propose is not let run by an approval: a person does it.
  const approve = entry.executable_after_approval ? "Let it run" : "I will do it myself";
  return `<li>
<h2>${escaped(action_type)} on ${escaped(account_id)}</h2>
<p>${escaped(explanation)}</p>
<pre>${escaped(JSON.stringify(entry.intent, null, 2))}</pre>
<form method="post" action="/decide">
<input type="hidden" name="decision_id" value="${escaped(decision_id)}">
<button name="status" value="APPROVED">${approve}</button>
<button name="status" value="REJECTED">Reject</button>
</form>
</li>`;
}

/** What agents and customers wrote is text, never markup. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
