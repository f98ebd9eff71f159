import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createHttpServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  ConnectionError,
  HookError,
  TimeoutError,
  TruncatedStreamError,
} from "../../../../src/errors.js";
import type { ConnectionOptions } from "../../../../src/transport/connection.js";
import { fetchTransport } from "../../../../src/transport/fetch/index.js";
import type { HttpRequest } from "../../../../src/transport/transport.js";
import { type ScriptedServer, startScriptedServer } from "../../../helpers/scripted-server.js";
import {
  type Exchange,
  failureOf,
  post,
  readSome,
  readText,
  TIMEOUTS,
} from "../../../helpers/transport-paths.js";

const CLOSED = new Error("closed by the test");
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

type Fetch = typeof globalThis.fetch;

/** The exchange with promises, as the other transports' tests have it. */
function start(
  request: HttpRequest,
  options: Partial<ConnectionOptions> & { fetch?: Fetch } = {},
): Exchange & { readonly over: Promise<void> } {
  const { fetch, ...settings } = options;
  const transport = fetchTransport(fetch && { fetch });
  const exchange = transport.open(request, { ...TIMEOUTS, ...settings });
  return {
    head: () => exchange.head(),
    read: () => new Promise((onBytes, onFailure) => exchange.read({ onBytes, onFailure })),
    release: () => exchange.release(),
    close: (reason) => exchange.close(reason),
    over: exchange.over,
  };
}

/** A server on plain sockets; `answer` is called with each request's text. */
async function serve(answer: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => answer(socket, bytes.toString()));
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => listening.close(resolve));
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
}

const ok = (headers: string, body = "") => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${body}`;

/** A fetch that answers by itself. */
const answering =
  (response: () => Response): Fetch =>
  async () =>
    response();

let ids = 0;
const logged = (script: object) => {
  const id = `fetch-${++ids}`;
  return { id, url: server.url({ id, scripts: [script] }) };
};

describe("FetchExchange", () => {
  it("gives the head, the body as it comes, and then undefined", async () => {
    const headers = { "X-Request-Id": "r1", "X-Many": ["a", "b"], "set-cookie": ["c=1", "d=2"] };
    const steps = [{ text: "first" }, { text: "second", delayMs: 60 }];
    const exchange = start(post(server.url({ status: 201, headers, steps })));
    const head = await exchange.head();
    expect(head.status).toBe(201);
    expect(head.headers).toMatchObject({
      "x-request-id": "r1",
      "x-many": "a, b",
      "set-cookie": "c=1, d=2",
    });
    const begun = await readSome(exchange);
    // On a busy machine both may have come.
    expect("firstsecond".startsWith(begun)).toBe(true);
    expect(begun + (await readSome(exchange, 11 - begun.length))).toBe("firstsecond");
    expect(await exchange.read()).toBeUndefined();
    expect(await exchange.read()).toBeUndefined();
    await exchange.over;
  });

  it("sends method, path, headers and body as they are, and asks for no compression", async () => {
    const { id, url } = logged({});
    const headers = { "x-model": "m", "user-agent": "me/1" };
    await readText(start(post(`${url}&q=1`, { method: "PUT", headers, body: '{"a":"é"}' })));
    const bytes = Buffer.from("pool: bytes").subarray(6);
    await readText(start(post(url, { body: bytes, headers: { "accept-encoding": "br" } })));
    await readText(start(post(url, { method: "GET", body: undefined })));
    expect(await server.log(id)).toMatchObject([
      {
        method: "PUT",
        body: '{"a":"é"}',
        headers: { ...headers, "accept-encoding": "identity" },
      },
      {
        method: "POST",
        body: "bytes",
        headers: { "content-length": "5", "accept-encoding": "br" },
      },
      { method: "GET", body: "" },
    ]);
  });

  it("sends a form with its boundary, and a URL's credentials as a header", async () => {
    const form = new FormData();
    form.append("model", "whisper");
    const { id, url } = logged({});
    await readText(start(post(url.replace("//", "//me:p%40ss@"), { body: form })));
    const [seen] = await server.log(id);
    expect(seen!.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen!.body).toContain('name="model"\r\n\r\nwhisper\r\n');
    expect(seen!.headers["authorization"]).toBe(
      `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    );
  });

  it.each<[string, Partial<HttpRequest>, string]>([
    ["headers", { headers: { "x-a": "secret\r\nx-injected: 1" } }, "contains a line break"],
    ["headers", { headers: { connection: "close" } }, "belongs to the connection"],
    ["endpoint", { url: "ftp://model.test/" }, "not an absolute http: or https: URL"],
    ["endpoint", { url: "http://127.0.0.1:6667/" }, "another protocol"],
    ["method", { method: "GET", body: "x" }, "no body with GET"],
  ])("refuses a request that cannot be sent: %s", async (hook, request, message) => {
    const error = await failureOf(start({ ...post(server.url({})), ...request }).head());
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("secret");
  });

  it("fails for an address where nobody listens and a name that does not resolve, and shows no query", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const cases = [
      [`http://127.0.0.1:${port}/?key=s3cret`, "nobody listens"],
      ["http://no-such.invalid/?key=s3cret", "could not be resolved"],
    ] as const;
    for (const [url, message] of cases) {
      const error = await failureOf(start(post(url)).head());
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toContain(message);
      expect(error.message + (error.cause as Error).message).not.toContain("s3cret");
    }
  });

  it("fails where the server closes before it answers", async () => {
    const error = await failureOf(start(post(server.url({ noHead: true, end: "destroy" }))).head());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain("closed the connection before it answered");
  });

  it.each([
    ["content-length", { headers: { "content-length": "100" }, end: "destroy" }],
    ["chunked encoding", { end: "destroy" }],
    ["a reset", { end: "reset" }],
  ] as const)("gives what came before a cut, then fails: %s", async (_, script) => {
    const exchange = start(
      post(server.url({ ...script, steps: [{ text: "begin" }, { delayMs: 50 }] })),
    );
    expect(await readSome(exchange)).toBe("begin");
    const error = await failureOf(exchange.read());
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error.message).toContain("body broke off");
  });

  it("finds out a short body that fetch takes for whole, but for one that it decoded", async () => {
    const response = (headers: Record<string, string>) =>
      answering(() => new Response("short", { headers: { "content-length": "9", ...headers } }));
    const short = start(post("http://a.test/"), { fetch: response({}) });
    expect(await readSome(short)).toBe("short");
    expect(await failureOf(short.read())).toBeInstanceOf(TruncatedStreamError);
    const decoded = response({ "content-encoding": "gzip" });
    expect(await readText(start(post("http://a.test/"), { fetch: decoded }))).toBe("short");
  });

  it.each(["gzip", "deflate", "br"] as const)(
    "reads %s from a server that compresses all the same",
    async (encoding) => {
      const steps = [{ text: "first " }, { text: "x".repeat(300_000) }];
      const text = await readText(start(post(server.url({ encoding, steps }))));
      expect(text).toBe(steps.map((step) => step.text).join(""));
    },
  );

  it("times out while it waits for the head, and closes", async () => {
    const { id, url } = logged({ noHead: true, end: "stall" });
    const error = await failureOf(start(post(url), { headersTimeoutMs: 150 }).head());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "headers", timeoutMs: 150 });
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  it("turns the 300 s of Node's and Bun's fetch off, and says when another's decide", async () => {
    const key = Symbol.for("undici.globalDispatcher.1");
    expect(globalThis.Response).toBeTypeOf("function");
    const dispatcher = Reflect.get(globalThis, key) as { dispatch: object };
    const asked: object[] = [];
    Reflect.set(
      globalThis,
      key,
      Object.create(dispatcher, {
        dispatch: {
          value: (options: object, handler: object) => {
            asked.push(options);
            return (dispatcher.dispatch as (...args: object[]) => boolean)(options, handler);
          },
        },
      }),
    );
    cleanups.push(() => Reflect.set(globalThis, key, dispatcher));
    expect(await readText(start(post(server.url({ steps: [{ text: "ok" }] }))))).toBe("ok");
    expect(asked).toMatchObject([{ headersTimeout: 0, bodyTimeout: 0 }]);

    const failing =
      (code: string): Fetch =>
      async () => {
        throw Object.assign(new TypeError("fetch failed"), { cause: { code, message: "late" } });
      };
    const hidden = start(post("http://a.test/"), { fetch: failing("UND_ERR_HEADERS_TIMEOUT") });
    expect(await failureOf(hidden.head())).toMatchObject({ code: "TIMEOUT", phase: "headers" });
    const connect = start(post("http://a.test/"), { fetch: failing("UND_ERR_CONNECT_TIMEOUT") });
    expect(await failureOf(connect.head())).toMatchObject({ code: "TIMEOUT", phase: "connect" });
    const body = start(post("http://a.test/"), {
      fetch: answering(
        () =>
          new Response(
            new ReadableStream({
              pull: (to) =>
                to.error(
                  Object.assign(new TypeError("terminated"), {
                    cause: { code: "UND_ERR_BODY_TIMEOUT" },
                  }),
                ),
            }),
          ),
      ),
    });
    expect(await failureOf(body.read())).toMatchObject({ code: "TIMEOUT", phase: "idle" });
  });

  it("closes the request when it is closed: before the head, while it reads, after the end", async () => {
    const waiting = logged({ noHead: true, end: "stall" });
    const first = start(post(waiting.url));
    const pending = Promise.all([failureOf(first.head()), failureOf(first.read())]);
    await server.seen(() => true, waiting.id);
    first.close(CLOSED);
    expect(await pending).toEqual([CLOSED, CLOSED]);
    await server.seen((request) => request.closedByPeerMs !== undefined, waiting.id);

    const reading = logged({ steps: [{ text: "a" }], end: "stall" });
    const second = start(post(reading.url));
    expect(await readSome(second)).toBe("a");
    const read = failureOf(second.read());
    second.close(CLOSED);
    expect(await read).toBe(CLOSED);
    await second.over;
    await server.seen((request) => request.closedByPeerMs !== undefined, reading.id);

    const third = start(post(server.url({ steps: [{ text: "a" }] })));
    expect(await readText(third)).toBe("a");
    third.close(CLOSED);
    expect(await failureOf(third.read())).toBe(CLOSED);
  });

  it("closes what a fetch answers that does not heed its signal", async () => {
    let cancelled: unknown;
    let answer!: (response: Response) => void;
    const answered = new Promise<Response>((resolve) => (answer = resolve));
    const exchange = start(post("http://a.test/"), { fetch: () => answered });
    await pause(5);
    exchange.close(CLOSED);
    const stream = new ReadableStream({ cancel: () => void (cancelled = true) });
    answer(new Response(stream));
    await expect.poll(() => cancelled).toBe(true);
  });

  it("lets a released answer end within a grace, and closes a longer one", async () => {
    const short = logged({ steps: [{ text: "a" }, { delayMs: 30, text: "b" }] });
    const first = start(post(short.url));
    expect(await readSome(first)).toBe("a");
    first.release();
    await first.over;
    expect(
      (await server.seen(({ finished }) => finished, short.id)).closedByPeerMs,
    ).toBeUndefined();

    const endless = logged({ steps: [{ text: "a" }], end: "stall" });
    const second = start(post(endless.url));
    expect(await readSome(second)).toBe("a");
    second.release();
    await second.over;
    await server.seen((request) => request.closedByPeerMs !== undefined, endless.id);

    const long = logged({ steps: [{ text: "a" }, { text: "x".repeat(100_000), repeat: 400 }] });
    const third = start(post(long.url));
    await third.read();
    third.release();
    await third.over;
    await server.seen((request) => request.closedByPeerMs !== undefined, long.id);
  });

  it("holds the server back while nobody reads, and loses nothing", async () => {
    const PIECE = Buffer.alloc(64 * 1024, "x");
    let sent = 0;
    const http = createHttpServer((_, response) => {
      const more = (): void => {
        while (sent < 48 * 1024 * 1024) {
          sent += PIECE.length;
          if (!response.write(PIECE)) return;
        }
        response.end();
      };
      response.on("drain", more).on("error", () => {});
      more();
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(resolve));
    });
    const exchange = start(post(`http://127.0.0.1:${(http.address() as AddressInfo).port}/`));
    await exchange.head();
    for (let before = -1; before !== sent;) {
      before = sent;
      await pause(200);
    }
    // The kernels' buffers, both sides', are some megabytes.
    expect(sent).toBeLessThan(24 * 1024 * 1024);
    let bytes = 0;
    for (;;) {
      const buffers = await exchange.read();
      if (buffers === undefined) break;
      for (const buffer of buffers) bytes += buffer.byteLength;
    }
    expect(bytes).toBe(48 * 1024 * 1024);
  });

  it("refuses two reads at a time", async () => {
    const url = await serve((socket) => socket.write(ok("content-length: 2")));
    const exchange = start(post(url));
    const first = failureOf(exchange.read());
    expect(await failureOf(exchange.read())).toBeInstanceOf(TypeError);
    exchange.close(CLOSED);
    expect(await first).toBe(CLOSED);
  });

  it("gives redirects as they are, and refuses one that a browser hides", async () => {
    const { id, url } = logged({ status: 307, headers: { location: "/elsewhere" } });
    const head = await start(post(url)).head();
    expect(head).toMatchObject({ status: 307, headers: { location: "/elsewhere" } });
    expect(await server.log(id)).toHaveLength(1);
    // What a browser gives cannot be made by hand.
    const hidden = Object.create(Response.error(), {
      type: { value: "opaqueredirect" },
    }) as Response;
    const error = await failureOf(
      start(post("http://a.test/"), { fetch: answering(() => hidden) }).head(),
    );
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook: "redirect" });
    expect(error.message).toContain("the server redirects");
  });

  it("refuses a fetch that is none, or gives no stream of bytes", async () => {
    const noStream = { status: 200, type: "basic", headers: new Headers(), body: undefined };
    const texts = new ReadableStream({ pull: (to) => to.enqueue("text") });
    const nothing = { read: async () => undefined, cancel: async () => undefined };
    const cases: [unknown, string][] = [
      ["fetch", "there is no fetch here"],
      [async () => noStream, "gives no stream"],
      [async () => ({ ...noStream, body: texts }), "string values"],
      [async () => ({ ...noStream, body: { getReader: () => nothing } }), "undefined values"],
    ];
    for (const [fetch, message] of cases) {
      const exchange = start(post("http://a.test/"), { fetch: fetch as Fetch });
      const error = await failureOf(exchange.read());
      expect(error).toBeInstanceOf(HookError);
      expect(error.message).toContain(message);
    }
  });

  it("aborts the request of a response that cannot be read", async () => {
    let signal: AbortSignal | null | undefined;
    const fetch = (async (_: unknown, init?: RequestInit) => {
      signal = init?.signal;
      return { status: 200, type: "basic", headers: new Headers(), body: {} };
    }) as unknown as Fetch;
    await failureOf(start(post("http://a.test/"), { fetch }).read());
    expect(signal?.aborted).toBe(true);
  });

  it("aborts no request that fetch has refused", async () => {
    let signal: AbortSignal | null | undefined;
    const fetch: Fetch = async (_, init) => {
      signal = init?.signal;
      throw new TypeError("fetch failed");
    };
    const exchange = start(post("http://a.test/"), { fetch });
    await expect(exchange.head()).rejects.toThrow(ConnectionError);
    exchange.close(CLOSED);
    // Node 20's fetch throws then where nobody can catch it.
    expect(signal?.aborted).toBe(false);
  });

  it("passes over empty pieces, and takes bytes of another realm", async () => {
    const { runInNewContext } = await import("node:vm");
    const pieces = [new Uint8Array(), runInNewContext("new Uint8Array([111, 107])") as Uint8Array];
    const body = new ReadableStream({
      pull: (to) => {
        const piece = pieces.shift();
        if (piece === undefined) to.close();
        else to.enqueue(piece);
      },
    });
    const response = { status: 200, type: "basic", headers: new Headers(), body };
    const fetch = async () => response as unknown as Response;
    expect(await readText(start(post("http://a.test/"), { fetch }))).toBe("ok");
  });
});
