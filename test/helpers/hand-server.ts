/**
 * An HTTP server in the test's own process whose answers the test writes by hand, piece by piece:
 *
 *     const server = await startHandServer();
 *     const reading = new DeltaLLM(server.url).invoke("x");
 *     const answer = await server.request();
 *     answer.write('data: {"text":"a"}\n\n');
 *     answer.end();
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect } from "vitest";

export interface HandAnswer {
  readonly request: IncomingMessage;
  readonly requestBody: string;
  readonly response: ServerResponse;
  /** Deltas as server-sent events, in one write; a string is sent as it is. */
  write(...pieces: (object | string)[]): void;
  end(): void;
  /** Cuts the connection off. */
  cut(): void;
  /** When the connection of the answer is closed; `true` where the answer had not ended by then. */
  readonly closed: Promise<boolean>;
}

export interface HandServer {
  readonly url: string;
  /** The next request, when it has come. */
  request(): Promise<HandAnswer>;
  /** Requests so far. */
  requests(): number;
  /** Connections so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startHandServer(contentType = "text/event-stream"): Promise<HandServer> {
  const arrived: HandAnswer[] = [];
  const awaited: ((answer: HandAnswer) => void)[] = [];
  let requests = 0;
  let connections = 0;
  const server = createServer((request, response) => {
    requests++;
    let requestBody = "";
    request.on("data", (bytes: Buffer) => (requestBody += bytes.toString()));
    request.on("end", () => {
      response.writeHead(200, { "content-type": contentType });
      response.flushHeaders();
      const closed = new Promise<boolean>((resolve) => {
        response.on("close", () => resolve(!response.writableFinished));
      });
      const answer: HandAnswer = {
        request,
        requestBody,
        response,
        write: (...pieces) => {
          response.write(
            pieces
              .map((piece) =>
                typeof piece === "string" ? piece : `data: ${JSON.stringify(piece)}\n\n`,
              )
              .join(""),
          );
        },
        end: () => response.end(),
        cut: () => request.socket.destroy(),
        closed,
      };
      const next = awaited.shift();
      if (next === undefined) arrived.push(answer);
      else next(answer);
    });
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    request: () => {
      const answer = arrived.shift();
      if (answer !== undefined) return Promise.resolve(answer);
      return new Promise((resolve) => awaited.push(resolve));
    },
    requests: () => requests,
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * A server of its own for each test of a file, closed after it. No test may leave a rejection that nobody
 * handles; `unhandled` gives those so far.
 */
export function useHandServer(): HandServer & { unhandled(): readonly unknown[] } {
  let server: HandServer;
  let rejections: ReturnType<typeof watchRejections>;
  beforeEach(async () => {
    rejections = watchRejections();
    server = await startHandServer();
  });
  afterEach(async () => {
    await turns();
    rejections.stop();
    await server.close();
    expect(rejections.unhandled).toEqual([]);
  });
  return {
    get url() {
      return server.url;
    },
    request: () => server.request(),
    requests: () => server.requests(),
    connections: () => server.connections(),
    close: () => server.close(),
    unhandled: () => rejections.unhandled,
  };
}

/** Rejections that nobody handles, from now until the end of the test. */
function watchRejections(): { readonly unhandled: unknown[]; stop(): void } {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  return { unhandled, stop: () => void process.off("unhandledRejection", listener) };
}

/** Some turns of the event loop: what was about to happen has happened. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
