import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Agent } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleWorker, inlineWorker } from "../../../../scripts/bundle-worker.mjs";
import { ConnectionError, SynchronousHookError, TimeoutError } from "../../../../src/errors.js";
import type { TlsOptions } from "../../../../src/transport/connection.js";
import type { SyncExchange } from "../../../../src/transport/transport.js";
import { sleepSync } from "../../../../src/transport/timers.js";
import { startSyncExchange } from "../../../../src/transport/worker/exchange.js";
import {
  TransportWorker,
  transportWorker,
} from "../../../../src/transport/worker/transport-worker.js";
import { startPacedServer } from "../../../helpers/paced-server.js";
import { useScriptedServer } from "../../../helpers/scripted-server.js";
import { post, soon, TIMEOUTS } from "../../../helpers/transport-paths.js";

const server = useScriptedServer();

const stalled = (id: string) =>
  server.url({ id, scripts: [{ steps: [{ text: "begin" }], end: "stall" }] });

function readAll(exchange: SyncExchange): string {
  const all: Uint8Array[] = [];
  for (;;) {
    const buffers = exchange.read(soon());
    if (buffers === undefined) return Buffer.concat(all).toString();
    all.push(...buffers);
  }
}

function failureOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected a failure");
}

describe("startSyncExchange", () => {
  test("interleaves two exchanges", () => {
    const script = (word: string) => ({ steps: [{ text: word, delayMs: 5, repeat: 20 }] });
    const one = startSyncExchange(post(server.url(script("one"))), TIMEOUTS);
    const two = startSyncExchange(post(server.url(script("two"))), TIMEOUTS);
    let texts = ["", ""];
    for (let running = true; running;) {
      const parts = [one.read(soon()), two.read(soon())];
      running = parts.some((part) => part !== undefined);
      texts = texts.map((text, i) => text + Buffer.concat(parts[i] ?? []).toString());
    }
    expect(texts).toEqual(["one".repeat(20), "two".repeat(20)]);
  });

  test("closes the request though the thread goes on blocking", async () => {
    const paced = await startPacedServer({}, ["begin", "never"]);
    const exchange = startSyncExchange(post(paced.url), TIMEOUTS);
    exchange.head(soon());
    exchange.close(new Error("the reader left"));
    const patience = soon().at;
    while (!paced.left && performance.now() < patience) sleepSync(1);
    expect(paced.left).toBe(true);
    await paced.close();
  });

  test("keeps its worker", () => {
    const worker = transportWorker();
    readAll(startSyncExchange(post(server.url({})), TIMEOUTS));
    expect(transportWorker()).toBe(worker);
  });

  test.each([
    ["head", { noHead: true, end: "stall" }],
    ["read", { end: "stall" }],
  ] as const)("ends a %s() at its deadline, and closes", async (method, script) => {
    const url = server.url({ id: method, scripts: [script] });
    const exchange = startSyncExchange(post(url), TIMEOUTS);
    const deadline = { at: performance.now() + 100, phase: "idle", timeoutMs: 100 } as const;
    const error = failureOf(() => exchange[method](deadline));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "idle", timeoutMs: 100 });
    expect(failureOf(() => exchange.read(soon()))).toBe(error);
    await server.seen((request) => request.closedByPeerMs !== undefined, method);
  });

  test("takes what waits in the socket of a worker that was blocked", async () => {
    const flag = join(tmpdir(), `block-worker-${process.pid}`);
    const blocking = `
      setInterval(() => {
        const fs = require("node:fs");
        if (!fs.existsSync(${JSON.stringify(flag)})) return;
        fs.rmSync(${JSON.stringify(flag)});
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
      }, 5);`;
    const worker = new TransportWorker(blocking + (await bundleWorker()));
    const paced = await startPacedServer({}, ["one", "two"]);
    const exchange = startSyncExchange(post(paced.url), TIMEOUTS, worker);
    exchange.read(soon());
    writeFileSync(flag, "");
    while (existsSync(flag)) sleepSync(1);
    paced.took();
    const buffers = exchange.read({ at: performance.now() + 400, phase: "idle", timeoutMs: 400 });
    expect(Buffer.concat(buffers ?? []).toString()).toBe("two");
    exchange.close(new Error("enough"));
    await Promise.all([worker.terminate(), paced.close()]);
  });

  test("closes an exchange whose worker had not even started", async () => {
    const worker = new TransportWorker(await bundleWorker());
    const exchange = startSyncExchange(post(stalled("early")), TIMEOUTS, worker);
    exchange.close(new Error("never mind"));
    readAll(startSyncExchange(post(server.url({})), TIMEOUTS, worker));
    const { length } = await server.log("early");
    if (length > 0) await server.seen((request) => request.closedByPeerMs !== undefined, "early");
  });

  test("refuses a dispatcher", () => {
    const dispatcher = new Agent();
    const start = () => startSyncExchange(post(server.url({})), { ...TIMEOUTS, dispatcher });
    const error = failureOf(start);
    expect(error).toBeInstanceOf(SynchronousHookError);
    expect(error).toMatchObject({ hook: "dispatcher" });
    expect(error.message).toContain("proxy, tls and socketPath");
  });

  test.each([
    ["checkServerIdentity", { checkServerIdentity: () => undefined }],
    ["secureContext", { secureContext: createSecureContext() }],
    ["key", { key: [{ pem: "key", passphrase: () => "secret" }] }],
  ])("refuses TLS options that cannot cross: %s", (name, tls) => {
    const options = { ...TIMEOUTS, tls: { rejectUnauthorized: false, ...tls } as TlsOptions };
    const error = failureOf(() => startSyncExchange(post(server.url({})), options));
    expect(error).toBeInstanceOf(SynchronousHookError);
    expect(error).toMatchObject({ hook: "tls" });
    expect(error.message).toContain(`tls.${name} is, or holds, a function`);
  });

  test("replaces a worker that has died", () => {
    const worker = transportWorker();
    const exchange = startSyncExchange(post(stalled("died")), TIMEOUTS);
    exchange.head(soon());
    exchange.read(soon());
    // A message that it cannot read kills it, as a fault in undici would.
    worker.start({} as never);
    const error = failureOf(() => exchange.read(soon()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain("worker died");
    const next = startSyncExchange(post(server.url({ steps: [{ text: "alive" }] })), TIMEOUTS);
    expect(readAll(next)).toBe("alive");
    expect(transportWorker()).not.toBe(worker);
  });

  test("replaces a worker that was terminated", async () => {
    const worker = transportWorker();
    await worker.terminate();
    expect(readAll(startSyncExchange(post(server.url({})), TIMEOUTS))).toBe("");
    expect(transportWorker()).not.toBe(worker);
  });

  test.each([
    ["does not start", "for (;;) {}", "did not start"],
    [
      "hangs",
      "Atomics.store(new Int32Array(require('node:worker_threads').workerData), 2, 1); for (;;) {}",
      "no sign of life",
    ],
  ])("gives up a worker that %s", (_, source, message) => {
    const worker = new TransportWorker(source, 400);
    const exchange = startSyncExchange(post(server.url({})), TIMEOUTS, worker);
    const error = failureOf(() => exchange.head(soon()));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(message);
    expect(worker.dead).toBe(true);
  });
});

test("sleepSync() blocks", () => {
  const before = performance.now();
  sleepSync(50);
  sleepSync(0);
  expect(performance.now() - before).toBeGreaterThan(45);
});

/** The package in a program of one file, undici included, as a consumer's bundler makes it. */
describe("a bundled program", () => {
  let folder: string;
  let program: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "http-streaming-llm-"));
    program = join(folder, "program.cjs");
    await build({
      stdin: {
        contents: `
          import { startSyncExchange } from "./src/transport/worker/exchange.js";
          const [, , url, reads] = process.argv;
          const soon = { at: performance.now() + 20_000, phase: "total", timeoutMs: 20_000 };
          const request = { method: "GET", url, headers: {}, body: undefined };
          const options = { connectTimeoutMs: 10_000, headersTimeoutMs: 10_000 };
          const exchange = startSyncExchange(request, options);
          for (let i = 0; i < Number(reads); i++) {
            const buffers = exchange.read(soon);
            if (buffers === undefined) break;
            // Not process.stdout.write: on a pipe it waits for the event loop.
            require("node:fs").writeSync(1, Buffer.concat(buffers));
          }`,
        resolveDir: fileURLToPath(new URL("../../../..", import.meta.url)),
      },
      bundle: true,
      platform: "node",
      outfile: program,
      plugins: [inlineWorker()],
      logLevel: "error",
    });
  });
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });

  const run = (url: string, reads: number) => {
    const child = spawn(process.execPath, [program, url, String(reads)], { cwd: folder });
    children.push(child);
    let output = "";
    child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
    child.stderr.on("data", (bytes: Buffer) => (output += bytes.toString()));
    return { child, output: () => output };
  };

  test.each([
    ["after a whole answer", {}, 9],
    ["with an exchange still open", { end: "stall" }, 1],
  ] as const)("exits by itself %s", async (_, script, reads) => {
    const { child, output } = run(server.url({ ...script, steps: [{ text: "answer" }] }), reads);
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output()).toBe("answer");
  });

  test("ends at Ctrl-C while it is blocked", async () => {
    const { child } = run(stalled("interrupted"), 2);
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
    await server.seen((request) => request.closedByPeerMs !== undefined, "interrupted");
  });
});
