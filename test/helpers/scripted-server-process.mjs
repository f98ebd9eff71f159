// The child process of scripted-server.ts, which documents the scripts. Plain JavaScript: it runs
// without a loader. Ends with its parent.
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";

const log = [];
const counts = new Map();
const connectionOf = new WeakMap();
let connections = 0;

const { socketPath, tls, proxyCredentials } = JSON.parse(process.argv[2]);
const settings = { keepAliveTimeout: 30_000, requestTimeout: 0, ...tls };
const server = (tls ? createTlsServer : createServer)(settings, (request, response) => {
  // A client that breaks off is an ordinary event here.
  answer(request, response).catch(() => {});
});
server.on(tls ? "secureConnection" : "connection", (socket) => {
  connectionOf.set(socket, ++connections);
  socket.setNoDelay(true);
  socket.on("error", () => {});
});
server.on("connect", (request, client) => {
  log.push({ ...newEntry(request), path: "", proxied: request.url });
  client.on("error", () => {});
  if (!mayPass(request)) {
    client.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    return;
  }
  const [host, port] = request.url.split(":");
  const target = connect(Number(port), host, () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
  target.on("error", () => client.destroy());
  client.on("close", () => target.destroy());
  client.pipe(target).pipe(client);
});
const ready = () => process.send({ port: server.address().port ?? 0 });
if (socketPath) server.listen(socketPath, ready);
else server.listen(0, "127.0.0.1", ready);

process.on("message", ({ number, question }) => {
  process.send({ number, value: question === "log" ? log : connections });
});
process.on("disconnect", () => process.exit());

async function answer(request, response) {
  const socket = request.socket;
  const started = performance.now();
  const url = new URL(request.url, "http://localhost");
  const query = url.searchParams.get("s");
  const asked = query === null ? undefined : JSON.parse(Buffer.from(query, "base64url").toString());
  const entry = newEntry(request);
  entry.id = asked?.id;
  entry.path = url.pathname;
  if (!request.url.startsWith("/")) entry.proxied = request.url;
  log.push(entry);
  let over = false;
  response.on("close", () => {
    if (!over) entry.closedByPeerMs = performance.now() - started;
    over = true;
  });

  const body = [];
  for await (const chunk of request) body.push(chunk);
  entry.body = Buffer.concat(body).toString();

  if (entry.proxied && !mayPass(request)) {
    over = entry.finished = true;
    response.writeHead(407).end();
    return;
  }
  if (asked === undefined) {
    over = entry.finished = true;
    response.writeHead(404).end("no script in the URL");
    return;
  }
  const script = pick(asked);
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

function newEntry(request) {
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
    connection: connectionOf.get(request.socket),
  };
}

function mayPass(request) {
  if (!proxyCredentials) return true;
  const expected = `Basic ${Buffer.from(proxyCredentials).toString("base64")}`;
  return request.headers["proxy-authorization"] === expected;
}

function pick(asked) {
  if (asked.scripts === undefined) return asked;
  const count = counts.get(asked.id) ?? 0;
  counts.set(asked.id, count + 1);
  return asked.scripts[Math.min(count, asked.scripts.length - 1)];
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
