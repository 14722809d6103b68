import { randomUUID } from "node:crypto";

/** Events as AWS sends them to functions, with what ours look at. */

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly apiKey?: string;
  readonly body?: object;
}

/** An event of an API Gateway HTTP API, format 2.0. */
export function httpEvent({ method, path, query = "", apiKey, body }: HttpRequest) {
  return {
    version: "2.0",
    routeKey: "ANY /{proxy+}",
    rawPath: path,
    rawQueryString: query,
    headers: {
      host: "api.example.com",
      ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    requestContext: {
      accountId: "123456789012",
      domainName: "api.example.com",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "192.0.2.1", userAgent: "test" },
      requestId: randomUUID(),
      routeKey: "ANY /{proxy+}",
      stage: "$default",
      timeEpoch: Date.now(),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

/** What the authorizer of an HTTP API is asked, format 2.0. */
export function authorizerEvent(headers: Readonly<Record<string, string>>) {
  return { version: "2.0", type: "REQUEST", routeArn: "arn:aws:execute-api:…", headers };
}

/** A message of the intents queue: an event as EventBridge puts it there. */
export function intentMessage(data: object, receiveCount = 1) {
  const body = JSON.stringify({
    version: "0",
    id: randomUUID(),
    source: "cc-native.decision",
    "detail-type": "ActionIntentCreated",
    time: new Date().toISOString(),
    detail: {
      metadata: {
        event_id: randomUUID(),
        schema_version: "1",
        occurred_at: new Date().toISOString(),
      },
      data,
    },
  });
  return sqsRecord(body, receiveCount);
}

export function sqsRecord(body: string, receiveCount = 1) {
  return {
    messageId: randomUUID(),
    receiptHandle: "handle",
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(Date.now()),
      SenderId: "events",
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:123456789012:intents",
    awsRegion: "us-east-1",
  };
}
