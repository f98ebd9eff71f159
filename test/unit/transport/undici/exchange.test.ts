import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Agent, interceptors, MockAgent, Pool } from "undici";
import { afterEach, describe, expect, test } from "vitest";
import { ConnectionError, HookError, TruncatedStreamError } from "../../../../src/errors.js";
import type { DispatcherLike } from "../../../../src/transport/connection.js";
import type { DispatchHandler } from "../../../../src/transport/undici/dispatch-handler.js";
import { turns } from "../../../helpers/hand-server.js";
import {
  failureOf,
  post,
  readSome,
  readText,
  startAsync,
  TIMEOUTS,
} from "../../../helpers/transport-paths.js";

const CLOSED = new Error("closed by the test");
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server on plain sockets; `answer` is called with each request's text. */
async function serve(answer: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => answer(socket, bytes.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const ok = (headers: string, body = "") => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${body}`;

describe("startExchange", () => {
  test("sends nothing when it is closed while connecting", async () => {
    let requests = 0;
    const url = await serve(() => (requests += 1));
    const exchange = startAsync(post(url), TIMEOUTS);
    const head = failureOf(exchange.head());
    exchange.close(CLOSED);
    expect(await head).toBe(CLOSED);
    expect(await failureOf(exchange.read())).toBe(CLOSED);
    await pause(100);
    expect(requests).toBe(0);
  });

  test("rejects a pending head and a pending read when it is closed", async () => {
    const url = await serve(() => {});
    const exchange = startAsync(post(url), TIMEOUTS);
    const pending = Promise.all([failureOf(exchange.head()), failureOf(exchange.read())]);
    await pause(50);
    exchange.close(CLOSED);
    expect(await pending).toEqual([CLOSED, CLOSED]);
  });

  test("drops what was not read when it is closed after the end", async () => {
    const url = await serve((socket) => socket.write(ok("content-length: 2", "ok")));
    const exchange = startAsync(post(url), TIMEOUTS);
    await exchange.head();
    await pause(50);
    exchange.close(CLOSED);
    expect(await failureOf(exchange.read())).toBe(CLOSED);
  });

  test("leaves no rejection unhandled, and no timer", async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listener);
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    startAsync(post("http://127.0.0.1:1/"), { ...TIMEOUTS, headersTimeoutMs: 60_000 });
    const url = await serve(() => {});
    const closed = startAsync(post(url), TIMEOUTS);
    await pause(50);
    closed.close(CLOSED);
    await pause(50);
    expect(timers()).toBeLessThanOrEqual(before);
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  test("gives all that has arrived in one read", async () => {
    let connection!: Socket;
    const url = await serve((socket) => {
      connection = socket.setNoDelay(true);
      socket.write(ok("content-length: 6", "one"));
    });
    const exchange = startAsync(post(url), TIMEOUTS);
    await exchange.head();
    await new Promise<void>((written) => connection.write("two", () => written()));
    await turns();
    const buffers = await exchange.read();
    expect(buffers?.map((buffer) => Buffer.from(buffer).toString())).toEqual(["one", "two"]);
  });

  test("refuses two reads at a time", async () => {
    const url = await serve((socket) => socket.write(ok("content-length: 2")));
    const exchange = startAsync(post(url), TIMEOUTS);
    const first = failureOf(exchange.read());
    expect(await failureOf(exchange.read())).toBeInstanceOf(TypeError);
    exchange.close(CLOSED);
    expect(await first).toBe(CLOSED);
  });

  test("does not inflate more than the reader reads", async () => {
    const bomb = gzipSync(Buffer.alloc(300e6));
    const url = await serve((socket) => {
      socket.write(ok(`content-encoding: gzip\r\ncontent-length: ${bomb.byteLength}`));
      socket.write(bomb);
    });
    const exchange = startAsync(post(url), TIMEOUTS);
    const before = process.memoryUsage().arrayBuffers;
    await exchange.head();
    await pause(300);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
    exchange.close(CLOSED);
  });

  // What kills the process is not this test's failure but an uncaught exception (nodejs/undici#5360).
  describe.each([
    ["its own agent", () => undefined],
    ["a dispatcher from outside", () => new Agent()],
  ])("with %s, when nobody reads", (_, createDispatcher) => {
    // A little more than is queued: the pause then falls on the last bytes, with the end behind them.
    const LENGTH = 66_000;
    const slowly = async (answer: (socket: Socket) => void) => {
      const url = await serve(answer);
      const dispatcher = createDispatcher();
      const exchange = startAsync(post(url), { ...TIMEOUTS, ...(dispatcher && { dispatcher }) });
      await exchange.head();
      await pause(150);
      return exchange;
    };

    test.each([
      ["with a length", `connection: close\r\ncontent-length: ${LENGTH}`],
      ["without a length", "connection: close"],
      ["on a connection that could go on", `content-length: ${LENGTH}`],
    ])("survives the end of a body %s", async (_, headers) => {
      const exchange = await slowly((socket) => socket.end(ok(headers, "x".repeat(LENGTH))));
      expect(await readText(exchange)).toHaveLength(LENGTH);
    });

    test("survives the early end of a body", async () => {
      const headers = "connection: close\r\ncontent-length: 100000000";
      const exchange = await slowly((socket) => socket.end(ok(headers, "x".repeat(LENGTH))));
      expect(await failureOf(readText(exchange))).toBeInstanceOf(TruncatedStreamError);
    });
  });

  test("survives a reset when nobody reads, and does not take it for an end", async () => {
    const url = await serve((socket) => {
      socket.write(ok("connection: close", "x".repeat(70_000)));
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    const exchange = startAsync(post(url), TIMEOUTS);
    await exchange.head();
    await pause(150);
    expect(await failureOf(readText(exchange))).toBeInstanceOf(TruncatedStreamError);
  });
});

describe("a 100 Continue that nobody asked for", () => {
  const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  const answer = ok("content-length: 25", `body\n${CONTINUE.slice(0, 20)}`);

  test.each([1, 2])("is no part of the response, wherever it is cut: %i of them", async (times) => {
    const response = CONTINUE.repeat(times) + answer;
    const url = await serve((socket, request) => {
      const cut = Number(/x-cut: (\d+)/.exec(request)![1]);
      socket.write(response.slice(0, cut));
      setTimeout(() => socket.write(response.slice(cut)), 5);
    });
    // One connection after the other, and some used again: a body that looks like one is a body.
    const cuts = Array.from({ length: CONTINUE.length * times + 20 }, (_, cut) => cut + 1);
    for (let at = 0; at < cuts.length; at += 10) {
      const texts = cuts.slice(at, at + 10).map(async (cut) => {
        const exchange = startAsync(post(url, { headers: { "x-cut": String(cut) } }), TIMEOUTS);
        expect((await exchange.head()).status).toBe(200);
        return readText(exchange);
      });
      for (const text of await Promise.all(texts)) expect(text).toHaveLength(25);
    }
  });

  test("is an error where nothing follows it", async () => {
    const url = await serve((socket) => socket.end(CONTINUE));
    expect(await failureOf(startAsync(post(url), TIMEOUTS).head())).toBeInstanceOf(ConnectionError);
  });
});

describe("a dispatcher from outside", () => {
  const question = async (dispatcher: DispatcherLike, url: string) => {
    const exchange = startAsync(post(url), { ...TIMEOUTS, dispatcher });
    return { head: await exchange.head(), text: await readText(exchange) };
  };

  test.each([
    ["Agent", () => new Agent()],
    ["Pool", (origin: string) => new Pool(origin)],
    ["composed", () => new Agent().compose(interceptors.retry(), interceptors.redirect())],
  ])("works: %s", async (_, create) => {
    const url = await serve((socket) => socket.write(ok("x-a: 1\r\ncontent-length: 2", "ok")));
    const dispatcher = create(new URL(url).origin);
    const { head, text } = await question(dispatcher, url);
    expect([head.status, head.headers["x-a"], text]).toEqual([200, "1", "ok"]);
    await dispatcher.close();
  });

  test("may be a mock", async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    agent
      .get("http://model.test")
      .intercept({ path: "/", method: "POST" })
      .reply(200, "mocked", { headers: { "x-a": "1" } });
    const { head, text } = await question(agent, "http://model.test/");
    expect([head.status, head.headers["x-a"], text]).toEqual([200, "1", "mocked"]);
    await agent.close();
  });

  test("stops the server when the reader stops", async () => {
    let written = 0;
    const url = await serve((socket) => {
      socket.write(ok("content-length: 1000000000"));
      const more = (): void => {
        if (socket.destroyed) return;
        written += 65_536;
        socket.write(Buffer.alloc(65_536), (error) => !error && more());
      };
      more();
    });
    const dispatcher = new Agent();
    const exchange = startAsync(post(url), { ...TIMEOUTS, dispatcher });
    await readSome(exchange);
    await pause(300);
    expect(written).toBeLessThan(12 * 2 ** 20);
    exchange.close(CLOSED);
    await dispatcher.close();
  });

  test("may be one that does odd things: no wait, no loss, no end of the process", async () => {
    const boom = () => {
      throw new Error("boom");
    };
    const control = { pause: boom, resume: boom, abort: boom };
    const start = (exchange: { dispatch: (handler: DispatchHandler) => void }) =>
      startAsync(post("http://model.test/"), {
        ...TIMEOUTS,
        dispatcher: {
          dispatch: (_, handler) => {
            exchange.dispatch(handler as DispatchHandler);
            return true;
          },
        },
      });
    const headless = start({ dispatch: (to) => to.onResponseEnd() });
    expect((await failureOf(headless.head())).message).toContain("ended the response before");
    const startless = start({
      dispatch(to) {
        to.onResponseStart(control, 200, {});
        to.onResponseData(control, Buffer.from("ok"));
        to.onResponseEnd();
      },
    });
    expect(await readText(startless)).toBe("ok");
    const texts = start({
      dispatch(to) {
        to.onRequestStart(control);
        to.onResponseStart(control, 200, {});
        to.onResponseData(control, Buffer.from("ok"));
        to.onResponseData(control, "lost" as unknown as Buffer);
        to.onResponseEnd();
      },
    });
    const error = await failureOf(readText(texts));
    expect(error).toBeInstanceOf(HookError);
    expect(error.message).toContain("a body of string values");
    const stuck = start({ dispatch: (to) => to.onRequestStart(control) });
    await pause(1);
    expect(() => stuck.close(CLOSED)).not.toThrow();
    expect(await failureOf(stuck.head())).toBe(CLOSED);
  });

  test("says when it is closed", async () => {
    const dispatcher = new Agent();
    await dispatcher.close();
    const error = await failureOf(question(dispatcher, "http://127.0.0.1:1/"));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain("the dispatcher has been closed");
  });
});
