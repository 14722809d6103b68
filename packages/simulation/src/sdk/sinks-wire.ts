import { createHash } from "node:crypto";
import { OUTCOME_DETAIL_TYPE, OUTCOME_SOURCE } from "@autonomy-gate/core/contract";
import {
  type Delivery,
  QUARANTINE_CODES,
  type QuarantinedMessage,
} from "@autonomy-gate/core/ports";
import * as z from "zod";
import type { Sinks } from "../ports/bus.ts";
import type { SimProcess } from "../process.ts";

const PutEvents = z.object({
  Entries: z
    .array(
      z.object({
        EventBusName: z.literal("autonomy"),
        Source: z.literal(OUTCOME_SOURCE),
        DetailType: z.enum(Object.values(OUTCOME_DETAIL_TYPE)),
        Detail: z.string(),
      }),
    )
    .min(1)
    .max(10),
});

const Text = z.object({ DataType: z.literal("String"), StringValue: z.string().min(1) });

const SendBatch = z.object({
  Entries: z
    .array(
      z.object({
        Id: z.string(),
        MessageBody: z.string(),
        MessageAttributes: z.object({
          error_code: Text.extend({ StringValue: z.enum(QUARANTINE_CODES) }),
          error_detail: Text,
        }),
      }),
    )
    .min(1)
    .max(10),
});

/** EventBridge's PutEvents. Rejects with ServiceFault. */
export async function answerPutEvents(
  sinks: Sinks,
  process: SimProcess,
  body: unknown,
): Promise<object> {
  const { Entries } = PutEvents.parse(body);
  const deliveries = await sinks.putEvents(
    process,
    Entries.map(({ DetailType, Detail }) => ({ detailType: DetailType, detail: Detail })),
  );
  return {
    FailedEntryCount: deliveries.filter(({ accepted }) => !accepted).length,
    Entries: deliveries.map((delivery, index) =>
      delivery.accepted
        ? { EventId: `event-${index}` }
        : { ErrorCode: delivery.errorCode, ErrorMessage: delivery.message },
    ),
  };
}

/** SQS's SendMessageBatch. Rejects with ServiceFault. */
export async function answerSendBatch(
  sinks: Sinks,
  process: SimProcess,
  body: unknown,
): Promise<object> {
  const { Entries } = SendBatch.parse(body);
  const deliveries = await sinks.sendMessages(
    process,
    Entries.map(
      ({ MessageBody, MessageAttributes: { error_code, error_detail } }): QuarantinedMessage => ({
        body: MessageBody,
        errorCode: error_code.StringValue,
        errorDetail: error_detail.StringValue,
      }),
    ),
  );
  const answered = Entries.map((entry, index) => ({ entry, delivery: deliveries[index] }));
  return {
    Successful: answered
      .filter(({ delivery }) => isAccepted(delivery))
      .map(({ entry: { Id, MessageBody } }) => ({
        Id,
        MessageId: `quarantined-${Id}`,
        MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
      })),
    Failed: answered
      .filter(({ delivery }) => !isAccepted(delivery))
      .map(({ entry: { Id } }) => ({ Id, Code: "InternalError", SenderFault: false })),
  };
}

function isAccepted(delivery: Delivery | undefined): boolean {
  return delivery?.accepted === true;
}
