/**
 * A TCP server that answers each request with the bytes it is told to, and fails where it is told to:
 *
 *     const server = await startFaultServer();
 *     const url = server.url(chunkedAnswer("data: 1\n\n").slice(0, 40), { end: "reset" });
 *
 * It runs in the test's own process, so only the asynchronous path can talk to it; for the synchronous one
 * there is the scripted server, whose `raw` steps are bytes as well.
 */
import { createServer, type AddressInfo, type Socket } from "node:net";

/** What happens after the last byte. */
export type FaultEnd =
  /** The connection stays open for the next request. */
  | "keep"
  /** It is closed in order (FIN). */
  | "close"
  /** It is reset (RST). */
  | "reset"
  /** Nothing. */
  | "stall";

export interface FaultPlan {
  readonly end: FaultEnd;
  /** The bytes go out in pieces of this size, a turn of the event loop apart. Default: all at once. */
  readonly trickle?: number | undefined;
}

export interface FaultServer {
  readonly origin: string;
  /** A URL that is answered so. */
  url(answer: Uint8Array | readonly Uint8Array[], plan: FaultPlan): string;
  /** Forgets the answers so far. */
  forget(): void;
  /** Requests so far. */
  requests(): number;
  /** When no connection is open but idle ones; rejects when that takes too long. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;

/** One answer per attempt; the last one repeats. */
interface Exchange {
  readonly answers: readonly Uint8Array[];
  readonly plan: FaultPlan;
  attempts: number;
}

export async function startFaultServer(): Promise<FaultServer> {
  const exchanges = new Map<string, Exchange>();
  const sockets = new Set<Socket>();
  /** Those whose request has not been answered to its end. */
  const busy = new Set<Socket>();
  let urls = 0;
  let requests = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket) && busy.delete(socket));
    socket.on("error", () => undefined);
    const requested = new RequestReader();
    socket.on("data", (bytes: Buffer) => {
      const path = requested.read(bytes);
      if (path === undefined) return;
      requests++;
      busy.add(socket);
      const exchange = exchanges.get(path);
      if (exchange === undefined) return void socket.destroy();
      const { answers, plan, attempts } = exchange;
      exchange.attempts++;
      void answer(socket, answers[Math.min(attempts, answers.length - 1)]!, plan).then(() => {
        if (plan.end === "keep") busy.delete(socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    url(answer, plan) {
      const path = `/${++urls}`;
      const answers = answer instanceof Uint8Array ? [answer] : answer;
      exchanges.set(path, { answers, plan, attempts: 0 });
      return origin + path;
    },
    forget: () => exchanges.clear(),
    requests: () => requests,
    async quiet() {
      const until = performance.now() + PATIENCE_MS;
      while (busy.size > 0) {
        if (performance.now() > until) throw new Error(`${busy.size} connections are still open`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(socket: Socket, bytes: Uint8Array, { end, trickle }: FaultPlan) {
  const size = trickle ?? Math.max(bytes.length, 1);
  for (let at = 0; at < bytes.length && !socket.destroyed; at += size) {
    socket.write(bytes.subarray(at, at + size));
    if (trickle !== undefined) await new Promise((resolve) => setImmediate(resolve));
  }
  if (end === "close") socket.end();
  // What was written has to be sent first, or the reset would overtake it.
  else if (end === "reset") socket.write("", () => setImmediate(() => socket.resetAndDestroy()));
}

/** Finds the ends of requests with a content-length; gives the path of each. */
class RequestReader {
  #bytes = Buffer.alloc(0);

  read(bytes: Buffer): string | undefined {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    const headEnd = this.#bytes.indexOf("\r\n\r\n");
    if (headEnd === -1) return undefined;
    const head = this.#bytes.toString("latin1", 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.#bytes.length < end) return undefined;
    this.#bytes = this.#bytes.subarray(end);
    return head.split(" ", 2)[1];
  }
}

/** The bytes of a response whose body is sent in these chunks. */
export function chunkedAnswer(
  chunks: readonly (string | Uint8Array)[],
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const framed = chunks.map((chunk) => {
    const bytes = Buffer.from(chunk);
    return Buffer.concat([
      Buffer.from(`${bytes.length.toString(16)}\r\n`),
      bytes,
      Buffer.from("\r\n"),
    ]);
  });
  const head = headOf({ "transfer-encoding": "chunked", ...headers });
  return Buffer.concat([head, ...framed, Buffer.from("0\r\n\r\n")]);
}

/** The bytes of a response that says how long its body is. */
export function sizedAnswer(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([headOf({ "content-length": String(bytes.length), ...headers }), bytes]);
}

/** The bytes of a response whose body ends with the connection. */
export function unsizedAnswer(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  return Buffer.concat([headOf({ connection: "close", ...headers }), Buffer.from(body)]);
}

/** The bytes of a response that only has a status. */
export function statusAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Buffer {
  return headOf({ "content-length": "0", ...headers }, status);
}

function headOf(headers: Readonly<Record<string, string>>, status = 200): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`);
}
