import { sqsQuarantine } from "@autonomy-gate/core/adapters";
import type { Quarantine } from "@autonomy-gate/core/ports";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

/** The quarantine with a client of its own. Imported on demand: few batches have anything for it. */
export function openQuarantine(queueUrl: string, config: SQSClientConfig): Quarantine {
  return sqsQuarantine(new SQSClient(config), queueUrl);
}
