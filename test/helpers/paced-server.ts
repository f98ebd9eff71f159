/**
 * A server that sends a piece of its answer when the reader has said that it has the one before:
 *
 *     const server = await startPacedServer({ "content-type": "text/plain" }, ["a", "b"]);
 *     for await (const token of await new MyLLM(server.url).stream("Why?")) server.took();
 *
 * So an answer that is read to its end was read piece by piece, however slow the machine is. The server is on a
 * thread of its own, and is told through shared memory: a reader that blocks can talk to it, too. One request at
 * a time.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";

export interface PacedServer {
  readonly url: string;
  /** The reader has a piece. */
  took(): void;
  /** The reader has closed the last request before its answer was complete. */
  readonly left: boolean;
  close(): Promise<unknown>;
}

export async function startPacedServer(
  head: Readonly<Record<string, string>>,
  pieces: readonly (string | Uint8Array)[],
): Promise<PacedServer> {
  const shared = new Int32Array(new SharedArrayBuffer(8));
  const thread = new Worker(new URL("./paced-server-thread.mjs", import.meta.url), {
    workerData: { head, pieces, shared },
  });
  const [port] = (await once(thread, "message")) as [number];
  return {
    url: `http://127.0.0.1:${port}/`,
    took: () => void Atomics.add(shared, 0, 1),
    get left() {
      return Atomics.load(shared, 1) === 1;
    },
    close: () => thread.terminate(),
  };
}
