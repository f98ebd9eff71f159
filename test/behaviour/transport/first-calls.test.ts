import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build } from "esbuild";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHandServer, turns, type HandServer } from "../../helpers/hand-server.js";

/**
 * undici is loaded with the first call of a process, and what happens until then can only be seen in a new
 * process: each test runs one.
 */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "first-calls-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  bundle = join(folder, "exchange.mjs");
  await build({
    entryPoints: [join(ROOT, "src/transport/undici/exchange.ts")],
    outfile: bundle,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** What every program begins with. */
const PRELUDE = `
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
const [bundle, url] = process.argv.slice(2);
const loaded = () => Object.keys(createRequire(import.meta.url).cache)
  .filter((file) => file.includes("/node_modules/undici/")).length;
const { startExchange } = await import(pathToFileURL(bundle).href);
const TIMEOUTS = { connectTimeoutMs: 5000, headersTimeoutMs: 5000 };
const post = { method: "POST", url, headers: {}, body: "x" };
const start = (options) => startExchange(post, { ...TIMEOUTS, ...options });
const failure = (promise) => promise.then(() => undefined, (error) => error);
const textOf = async (exchange) => {
  await exchange.head();
  let text = "";
  for (;;) {
    const buffers = await new Promise((onBytes, onFailure) => exchange.read({ onBytes, onFailure }));
    if (buffers === undefined) return text;
    for (const bytes of buffers) text += Buffer.from(bytes).toString();
  }
};
const turns = async (ms) => new Promise((resolve) => setTimeout(resolve, ms));
process.on("unhandledRejection", (error) => { process.send({ unhandled: String(error) }); });
`;

/** Makes undici's loading take half a second. */
const SLOW_LOADING = `
import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(\`
  export async function load(url, context, next) {
    if (url.endsWith("/undici/lib/dispatcher/agent.js")) await new Promise((loaded) => setTimeout(loaded, 500));
    return next(url, context);
  }
\`));
`;

let programs = 0;

interface Run {
  readonly result: unknown;
  readonly server: HandServer;
}

/** Runs a program in a process of its own; every request is answered with "ok". */
async function run(program: string): Promise<Run> {
  const server = await startHandServer();
  const answering = (async () => {
    for (;;) {
      const answer = await server.request();
      answer.write("ok");
      answer.end();
    }
  })();
  void answering;
  const file = join(folder, `program-${++programs}.mjs`);
  await writeFile(file, `${PRELUDE}\n${program}`);
  const child = fork(file, [bundle, server.url], { execArgv: [] });
  const messages: unknown[] = [];
  child.on("message", (message) => messages.push(message));
  const [code] = (await once(child, "exit")) as [number | null];
  await turns();
  await server.close();
  expect(code).toBe(0);
  expect(messages).toHaveLength(1);
  return { result: messages[0], server };
}

describe("the first calls of a process", () => {
  it("load undici, not the import of the package", async () => {
    const { result } = await run(`
      const before = loaded();
      const text = await textOf(start());
      process.send({ before, text, after: loaded() > 0 });
      process.exit(0);
    `);
    expect(result).toEqual({ before: 0, text: "ok", after: true });
  });

  it("are all answered, fifty at once, over as many connections and one agent", async () => {
    const { result, server } = await run(`
      const texts = await Promise.all(Array.from({ length: 50 }, () => textOf(start())));
      // A connection is free some turns of the event loop after its answer has ended.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      const again = await Promise.all(Array.from({ length: 50 }, () => textOf(start())));
      process.send([...new Set([...texts, ...again])]);
      process.exit(0);
    `);
    expect(result).toEqual(["ok"]);
    expect(server.requests()).toBe(100);
    // One agent: the second fifty use the connections of the first.
    expect(server.connections()).toBe(50);
  });

  it("send nothing when they are closed at once, and hold no process", async () => {
    const { result, server } = await run(`
      const reason = new Error("closed by the test");
      const exchanges = Array.from({ length: 50 }, () => start());
      const heads = exchanges.map((exchange) => failure(exchange.head()));
      for (const exchange of exchanges) exchange.close(reason);
      const same = (await Promise.all(heads)).every((error) => error === reason);
      await turns(500);
      process.send({ same });
      process.disconnect();
    `);
    expect(result).toEqual({ same: true });
    expect(server.requests()).toBe(0);
  });

  it("send nothing when they are closed while undici loads", async () => {
    const { result, server } = await run(`
      ${SLOW_LOADING}
      const reason = new Error("closed by the test");
      const ends = Array.from({ length: 20 }, (_, at) => {
        const exchange = start();
        setTimeout(() => exchange.close(reason), at * 10);
        return failure(exchange.head());
      });
      const same = (await Promise.all(ends)).every((error) => error === reason);
      await turns(1000);
      process.send({ same });
      process.disconnect();
    `);
    expect(result).toEqual({ same: true });
    expect(server.requests()).toBe(0);
  });

  it("are not timed out by the loading", async () => {
    const { result } = await run(`
      ${SLOW_LOADING}
      const error = await failure(start({ connectTimeoutMs: 250 }).head());
      process.send({ error: error && String(error) });
      process.exit(0);
    `);
    expect(result).toEqual({});
  });

  it("go on when others of them were closed", async () => {
    const { result, server } = await run(`
      const reason = new Error("closed by the test");
      const exchanges = Array.from({ length: 20 }, () => start());
      const ends = exchanges.map((exchange) => textOf(exchange).catch((error) => error.message));
      exchanges.forEach((exchange, at) => at % 2 === 0 && exchange.close(reason));
      process.send(await Promise.all(ends));
      process.exit(0);
    `);
    expect(result).toEqual(
      Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? "closed by the test" : "ok")),
    );
    expect(server.requests()).toBe(10);
  });

  it("load no undici when they bring a dispatcher", async () => {
    const { result, server } = await run(`
      const dispatcher = {
        dispatch(options, handler) {
          const control = { pause() {}, resume() {}, abort() {} };
          setImmediate(() => {
            handler.onRequestStart(control, {});
            handler.onResponseStart(control, 200, { "content-type": "text/plain" }, "OK");
            handler.onResponseData(control, Buffer.from("own"));
            handler.onResponseEnd(control, {});
          });
          return true;
        },
      };
      const text = await textOf(start({ dispatcher }));
      process.send({ text, loaded: loaded() });
      process.exit(0);
    `);
    expect(result).toEqual({ text: "own", loaded: 0 });
    expect(server.requests()).toBe(0);
  });
});
