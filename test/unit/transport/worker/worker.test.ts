import { brotliDecompressSync } from "node:zlib";
import { receiveMessageOnPort } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FromWorker } from "../../../../src/transport/worker/protocol.js";
import { TransportWorker } from "../../../../src/transport/worker/transport-worker.js";
import { compressedSource } from "../../../../src/transport/worker/worker-source.js";
import { startScriptedServer, type ScriptedServer } from "../../../helpers/scripted-server.js";
import { TIMEOUTS } from "../../../helpers/transport-paths.js";

let server: ScriptedServer;
let worker: TransportWorker;
beforeAll(async () => {
  server = await startScriptedServer();
  const source = brotliDecompressSync(Buffer.from(compressedSource, "base64")).toString();
  worker = new TransportWorker(source);
});
afterAll(() => Promise.all([server.close(), worker.terminate()]));

/** All that the worker says of a request, to a thread that is blocked. */
function exchange(url: string): FromWorker[] {
  const request = { method: "POST", url, headers: {}, body: "x" };
  const port = worker.start({ request, options: TIMEOUTS });
  const said: FromWorker[] = [];
  for (;;) {
    const { signal } = worker;
    const received = receiveMessageOnPort(port) as { message: FromWorker } | undefined;
    if (received === undefined) {
      worker.wait(signal, 10_000);
      continue;
    }
    said.push(received.message);
    if (received.message.kind === "end" || received.message.kind === "error") {
      port.close();
      return said;
    }
  }
}

describe("The worker", () => {
  it("says what a server answers: head, bytes, end", () => {
    const said = exchange(server.url({ status: 201, steps: [{ text: "text" }] }));
    expect(said[0]).toMatchObject({ kind: "head", head: { status: 201 } });
    const bytes = said.flatMap((message) => (message.kind === "bytes" ? [...message.bytes] : []));
    expect(Buffer.from(bytes).toString()).toBe("text");
    expect(said.at(-1)).toEqual({ kind: "end" });
  });

  it("says why there is no answer, in a form that crosses threads", () => {
    expect(exchange("nowhere")).toMatchObject([{ kind: "error", error: { name: "HookError" } }]);
  });
});
