import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as z from "zod";

const Call = z.object({
  method: z.string(),
  params: z.tuple([
    z.looseObject({ bundle: z.string().optional(), handler: z.string().optional() }),
  ]),
});
type Call = z.infer<typeof Call>;

/** The part of SST's own program that its components talk to, on 127.0.0.1. */
export interface RpcServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startRpcServer(): Promise<RpcServer> {
  const server = createServer(async (request, response) => {
    response.setHeader("content-type", "application/json");
    try {
      response.end(JSON.stringify({ result: answer(Call.parse(await json(request))) }));
    } catch (error) {
      response.end(JSON.stringify({ error: String(error) }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: Pick<AddressInfo, "port"> = Object(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As SST 4.17.1 answers; a bundle of one's own is taken as it is. */
function answer({ method, params: [input] }: Call): unknown {
  switch (method) {
    case "Provider.Aws.Bootstrap":
      return { asset: "sst-asset-bucket", state: "sst-state-bucket" };
    case "Runtime.Build":
      if (input.bundle === undefined) throw new Error("Every function brings its own bundle.");
      return { handler: input.handler, out: input.bundle, errors: [], sourcemaps: [] };
    default:
      throw new Error(`rpc: can't find ${method}`);
  }
}
