// The child process of scripted-server.ts, which documents the scripts: all servers of one test process, each with
// a port, a log and counts of its own. Plain JavaScript: it runs without a loader. Ends with its parent.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";

/** The servers that run, by the number under which the parent knows them. */
const servers = new Map();

process.on("message", async ({ number, question, server, options }) => {
  if (question === "start") servers.set(server, new ScriptedServer(options));
  const value = await servers.get(server)[question]();
  if (question === "close") servers.delete(server);
  process.send({ number, value });
});
process.on("disconnect", () => process.exit());

class ScriptedServer {
  #log = [];
  #counts = new Map();
  #connections = 0;
  #connectionOf = new WeakMap();
  #sockets = new Set();
  #server;
  #options;

  constructor({ socketPath, tls, proxyCredentials }) {
    this.#options = { socketPath, proxyCredentials };
    const settings = { keepAliveTimeout: 30_000, requestTimeout: 0, ...tls };
    this.#server = (tls ? createTlsServer : createServer)(settings, (request, response) => {
      // A client that breaks off is an ordinary event here.
      this.#answer(request, response).catch(() => {});
    });
    // Below TLS, too: what has not shaken hands is to be closed as well.
    if (tls) this.#server.on("connection", (socket) => this.#keep(socket));
    this.#server.on(tls ? "secureConnection" : "connection", (socket) => {
      this.#keep(socket);
      this.#connectionOf.set(socket, ++this.#connections);
      socket.setNoDelay(true);
      socket.on("error", () => {});
    });
    this.#server.on("connect", (request, client) => this.#tunnel(request, client));
  }

  /** The port that it listens on. */
  async start() {
    const { socketPath } = this.#options;
    this.#server.listen(...(socketPath ? [socketPath] : [0, "127.0.0.1"]));
    await once(this.#server, "listening");
    return this.#server.address().port ?? 0;
  }

  log() {
    return this.#log;
  }

  connections() {
    return this.#connections;
  }

  async close() {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #tunnel(request, client) {
    this.#log.push({ ...this.#newEntry(request), path: "", proxied: request.url });
    client.on("error", () => {});
    if (!this.#mayPass(request)) {
      client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const [host, port] = request.url.split(":");
    const target = connect(Number(port), host, () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    target.on("error", () => client.destroy());
    client.on("close", () => target.destroy());
    client.pipe(target).pipe(client);
  }

  async #answer(request, response) {
    const socket = request.socket;
    const started = performance.now();
    const url = new URL(request.url, "http://localhost");
    const query = url.searchParams.get("s");
    const asked =
      query === null ? undefined : JSON.parse(Buffer.from(query, "base64url").toString());
    const entry = this.#newEntry(request);
    entry.id = asked?.id;
    entry.path = url.pathname;
    if (!request.url.startsWith("/")) entry.proxied = request.url;
    this.#log.push(entry);
    let over = false;
    response.on("close", () => {
      if (!over) entry.closedByPeerMs = performance.now() - started;
      over = true;
    });

    const body = [];
    for await (const chunk of request) body.push(chunk);
    entry.body = Buffer.concat(body).toString();

    if (entry.proxied && !this.#mayPass(request)) {
      over = entry.finished = true;
      response.writeHead(407).end();
      return;
    }
    if (asked === undefined) {
      over = entry.finished = true;
      response.writeHead(404).end("no script in the URL");
      return;
    }
    const script = this.#pick(asked);
    if (script.headDelayMs) await sleep(script.headDelayMs);
    if (over) return;
    const target = script.raw ? socket : response;
    if (!script.raw && !script.noHead) {
      response.writeHead(script.status ?? 200, {
        ...(script.encoding && { "content-encoding": script.encoding.replace("-raw", "") }),
        ...script.headers,
      });
      response.flushHeaders();
    }
    const encode = encoder(script.encoding);
    for (const step of script.steps ?? []) {
      const bytes = Buffer.from(step.text ?? step.base64 ?? "", step.base64 ? "base64" : "utf8");
      for (let i = 0; i < (step.repeat ?? 1) && !over; i++) {
        if (step.delayMs) await sleep(step.delayMs);
        if (bytes.length > 0 && !over && !script.noHead)
          await write(target, await encode(bytes), entry);
      }
    }
    const end = script.end ?? "clean";
    if (over || end === "stall") return;
    if (end === "clean") {
      const tail = await encode(undefined);
      if (tail.length > 0) await write(target, tail, entry);
    }
    over = entry.finished = true;
    if (end === "reset") socket.resetAndDestroy();
    else if (end === "destroy") socket.destroy();
    else target.end();
  }

  #newEntry(request) {
    return {
      id: undefined,
      startedMs: performance.now(),
      method: request.method,
      path: "",
      headers: { ...request.headers },
      body: "",
      bytesWritten: 0,
      finished: false,
      closedByPeerMs: undefined,
      proxied: undefined,
      connection: this.#connectionOf.get(request.socket),
    };
  }

  #mayPass(request) {
    const { proxyCredentials } = this.#options;
    if (!proxyCredentials) return true;
    const expected = `Basic ${Buffer.from(proxyCredentials).toString("base64")}`;
    return request.headers["proxy-authorization"] === expected;
  }

  #pick(asked) {
    if (asked.scripts === undefined) return asked;
    const count = this.#counts.get(asked.id) ?? 0;
    this.#counts.set(asked.id, count + 1);
    return asked.scripts[Math.min(count, asked.scripts.length - 1)];
  }
}

function write(target, bytes, entry) {
  return new Promise((resolve, reject) => {
    target.write(bytes, (error) => {
      if (error) return reject(error);
      entry.bytesWritten += bytes.length;
      resolve();
    });
  });
}

/** Bytes in, what may be sent now out; `undefined` in, the rest out. */
function encoder(encoding) {
  if (!encoding) return (bytes) => bytes ?? Buffer.alloc(0);
  const stream = {
    gzip: () => zlib.createGzip(),
    deflate: () => zlib.createDeflate(),
    "deflate-raw": () => zlib.createDeflateRaw(),
    br: () => zlib.createBrotliCompress(),
    zstd: () => zlib.createZstdCompress(),
  }[encoding]();
  let out = [];
  stream.on("data", (bytes) => out.push(bytes));
  const take = () => Buffer.concat(out.splice(0));
  return (bytes) =>
    new Promise((resolve) => {
      if (bytes === undefined) stream.once("end", () => resolve(take())).end();
      else stream.write(bytes, () => stream.flush(() => resolve(take())));
    });
}
