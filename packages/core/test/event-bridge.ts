import { EventBridgeClient, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";

/** What the service says of one entry; `undefined`: it takes it. */
type Refuse = (entry: PutEventsRequestEntry) => string | undefined;

/**
 * The SDK's client, and EventBridge's side of PutEvents behind it: remembers each request and what
 * it took.
 */
export function openEventBridge(refuse: Refuse = () => undefined) {
  const client = new EventBridgeClient({
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
  const requests: (readonly PutEventsRequestEntry[])[] = [];
  const accepted: PutEventsRequestEntry[] = [];
  client.middlewareStack.add(
    () => async (args) => {
      const entries = entriesOf(args.input);
      requests.push(entries);
      const Entries = entries.map((entry, index) => {
        const ErrorCode = refuse(entry);
        if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: "as the test asked" };
        accepted.push(entry);
        return { EventId: String(index) };
      });
      return { response: {}, output: { $metadata: {}, Entries } };
    },
    { step: "initialize", name: "answer" },
  );
  return { client, requests, accepted };
}

function entriesOf(input: object): PutEventsRequestEntry[] {
  return "Entries" in input && Array.isArray(input.Entries) ? input.Entries : [];
}
