import { createServer as createHttpServer } from "node:http";
import { constants, createSecureServer, type ServerHttp2Session } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo, Server } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as undici from "undici";
import { Agent, type BalancedPool } from "undici";
import { startScriptedServer, type ScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { cert, key } from "../helpers/certificate.js";
import { bothDrivers, ExitLLM } from "../helpers/exit-models.js";

const answer = events("a", "b", { done: true });
const body = 'data: {"text":"a"}\n\ndata: {"text":"b","done":true}\n\n';
const SSE = { "content-type": "text/event-stream" };

let plain: ScriptedServer;
let proxy: ScriptedServer;
let secure: ScriptedServer;
let socketServer: ScriptedServer;
const socketPath = join(tmpdir(), `http-streaming-llm-${process.pid}.sock`);
beforeAll(async () => {
  [plain, proxy, secure, socketServer] = await Promise.all([
    startScriptedServer(),
    startScriptedServer({ proxyCredentials: "user:p@ss" }),
    startScriptedServer({ tls: { key, cert } }),
    startScriptedServer({ socketPath }),
  ]);
});
afterAll(() => Promise.all([plain, proxy, secure, socketServer].map((server) => server.close())));

const local: { close(): unknown }[] = [];
afterEach(async () => {
  for (const server of local.splice(0)) server.close();
});

async function listening(server: Server, host = "127.0.0.1"): Promise<number> {
  local.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

const ENVIRONMENT = [
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
];
const saved = new Map(ENVIRONMENT.map((name) => [name, process.env[name]]));
function setProxies(variables: Record<string, string>): void {
  for (const name of ENVIRONMENT) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
}
afterEach(() => {
  for (const [name, value] of saved) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

describe.each(bothDrivers)("the network, through $name", ({ call }) => {
  const proxyUrl = () => proxy.origin.replace("//", "//user:p%40ss@");
  const proxied = async () =>
    (await proxy.log()).filter((request) => request.proxied !== undefined);

  it("leads through the proxy of an address with credentials", async () => {
    const before = (await proxied()).length;
    // The proxy answers for the server: its script is in the URL.
    const url = plain.url(answer);
    expect(await call(new ExitLLM(url, { proxy: proxyUrl() }))).toBe("ab");
    const requests = (await proxied()).slice(before);
    expect(requests).toHaveLength(1);
    expect(requests[0]!.proxied).toBe(url);
    const wrong = new ExitLLM(url, { proxy: proxy.origin, maxRetries: 0 });
    expect(((await rejection(call(wrong))) as Error).message).toMatch(/the proxy \S+ answered 407/);
  });

  it("leads through a tunnel of the proxy to a TLS server", async () => {
    const before = (await proxied()).length;
    const { url, id } = serve(secure, answer);
    expect(await call(new ExitLLM(url, { proxy: proxyUrl(), tls: { ca: cert } }))).toBe("ab");
    expect((await proxied()).slice(before)).toMatchObject([
      { method: "CONNECT", proxied: new URL(url).host },
    ]);
    const [request] = await secure.log(id);
    // The proxy's credentials are the proxy's.
    expect(request!.headers).not.toHaveProperty("proxy-authorization");
    const wrong = new ExitLLM(url, { proxy: proxy.origin, tls: { ca: cert }, maxRetries: 0 });
    const refused = await rejection(call(wrong));
    expect(refused).toMatchObject({ code: "CONNECTION" });
    expect((refused as Error).message).toMatch(/the proxy \S+ answered 407 .*credentials/);
  });

  it("leads through the environment's proxies, where it is told to", async () => {
    setProxies({ HTTP_PROXY: proxyUrl(), HTTPS_PROXY: proxyUrl() });
    const before = (await proxied()).length;
    expect(await call(new ExitLLM(plain.url(answer)))).toBe("ab");
    expect((await proxied()).length).toBe(before);
    expect(await call(new ExitLLM(plain.url(answer), { proxy: "env" }))).toBe("ab");
    expect(
      await call(new ExitLLM(serve(secure, answer).url, { proxy: "env", tls: { ca: cert } })),
    ).toBe("ab");
    expect((await proxied()).length).toBe(before + 2);
    process.env.NO_PROXY = "127.0.0.1";
    expect(await call(new ExitLLM(plain.url(answer), { proxy: "env" }))).toBe("ab");
    expect((await proxied()).length).toBe(before + 2);
  });

  it("leads to a Unix socket", async () => {
    const url = socketServer.url(answer).replace(/127\.0\.0\.1:\d+/, "model.test");
    expect(await call(new ExitLLM(url, { socketPath }))).toBe("ab");
    // A proxy cannot connect to it, and is not to hear what is asked.
    const before = (await proxied()).length;
    expect(await call(new ExitLLM(url, { socketPath, proxy: proxyUrl() }))).toBe("ab");
    expect((await proxied()).length).toBe(before);
    const missing = new ExitLLM(url, { socketPath: `${socketPath}-missing`, maxRetries: 0 });
    expect(await rejection(call(missing))).toMatchObject({ code: "CONNECTION" });
  });

  it("verifies certificates", async () => {
    const { url, id } = serve(secure, answer);
    const error = (await rejection(call(new ExitLLM(url, { maxRetries: 0 })))) as Error;
    expect(error).toMatchObject({ code: "CONNECTION" });
    expect(error.message).toMatch(
      /certificate of 127\.0\.0\.1:\d+ is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*tls\.ca/,
    );
    expect(await secure.log(id)).toEqual([]);
    expect(await call(new ExitLLM(url, { tls: { ca: cert } }))).toBe("ab");
    const misnamed = new ExitLLM(url, {
      tls: { ca: cert, servername: "model.test" },
      maxRetries: 0,
    });
    expect(((await rejection(call(misnamed))) as Error).message).toMatch(/is for another name/);
  });
});

describe("the network", () => {
  it("carries client certificates", async () => {
    let authorized: boolean | undefined;
    const server = createHttpsServer(
      { key, cert, ca: cert, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        ({ authorized } = request.socket as TLSSocket);
        response.writeHead(200, SSE).end(body);
      },
    );
    const url = `https://127.0.0.1:${await listening(server)}/`;
    expect(await new ExitLLM(url, { tls: { ca: cert } }).invoke("Why?")).toBe("ab");
    expect(authorized).toBe(false);
    expect(await new ExitLLM(url, { tls: { ca: cert, cert, key } }).invoke("Why?")).toBe("ab");
    expect(authorized).toBe(true);
  });

  it("speaks HTTP/2 where the server offers it and allowH2 says so", async () => {
    const versions: string[] = [];
    const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      versions.push(request.httpVersion);
      response.writeHead(200, SSE);
      response.end(body);
    });
    const url = `https://127.0.0.1:${await listening(server)}/`;
    expect(await new ExitLLM(url, { tls: { ca: cert } }).invoke("Why?")).toBe("ab");
    expect(await new ExitLLM(url, { tls: { ca: cert }, allowH2: true }).invoke("Why?")).toBe("ab");
    expect(versions).toEqual(["1.1", "2.0"]);
  });

  it("ends well or badly over HTTP/2 as over HTTP/1.1", async () => {
    let closed = 0;
    const sessions = new Set<ServerHttp2Session>();
    const server = createSecureServer({ key, cert });
    server.on("session", (session) => sessions.add(session));
    server.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      stream.on("close", () => closed++);
      stream.respond({ ":status": 200, ...SSE });
      stream.write('data: {"text":"a"}\n\n');
      const path = headers[":path"];
      setTimeout(() => {
        if (path === "/reset") stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        else if (path === "/destroy") for (const session of sessions) session.destroy();
        else if (path === "/end") stream.end('data: {"done":true}\n\n');
      }, 20);
    });
    const origin = `https://127.0.0.1:${await listening(server)}`;
    const model = (path: string) =>
      new ExitLLM(origin + path, {
        tls: { ca: cert },
        allowH2: true,
        maxRetries: 0,
        endOfStream: "required",
        timeouts: { idle: 5000 },
      });
    expect(await model("/end").invoke("Why?")).toBe("a");
    for (const path of ["/reset", "/destroy"]) {
      const error = await rejection(model(path).invoke("Why?"));
      expect(error, path).toMatchObject({ code: "TRUNCATED_STREAM", partial: "a" });
    }
    const before = closed;
    for await (const _ of await model("/stall").stream("Why?")) break;
    await expect.poll(() => closed).toBe(before + 1);
    for (const session of sessions) session.destroy();
  });

  it("reaches an IPv6 address", async () => {
    const server = createHttpServer((_, response) => void response.writeHead(200, SSE).end(body));
    const port = await listening(server, "::1").catch(() => undefined);
    // Not every machine has one.
    if (port === undefined) return;
    expect(await new ExitLLM(`http://[::1]:${port}/`).invoke("Why?")).toBe("ab");
  });

  const pools = ["BalancedPool", "RoundRobinPool"].flatMap((name) => {
    const Pool: unknown = Reflect.get(undici, name);
    return typeof Pool === "function" ? [[name, Pool as typeof BalancedPool] as const] : [];
  });

  it.each(pools)("balances several endpoints by undici's %s", async (name, Pool) => {
    const counts = [0, 0];
    const origins = await Promise.all(
      counts.map(async (_, index) => {
        const server = createHttpServer((__, response) => {
          counts[index]!++;
          response.writeHead(200, SSE).end(body);
        });
        return `http://127.0.0.1:${await listening(server)}`;
      }),
    );
    // Only the first of the two takes several origins.
    const dispatcher = name === "BalancedPool" ? new Pool(origins) : new Pool(origins[0]!);
    const model = new ExitLLM(origins[0]!, { dispatcher });
    for (let run = 0; run < 6; run++) expect(await model.invoke("Why?")).toBe("ab");
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
    if (name === "BalancedPool") expect(Math.min(...counts)).toBeGreaterThan(0);
    await dispatcher.close();
  });

  it("closes the request through a dispatcher from outside too", async () => {
    let closed = false;
    const server = createHttpServer((_, response) => {
      response.writeHead(200, SSE).write('data: {"text":"a"}\n\n');
      response.on("close", () => (closed = true));
    });
    const dispatcher = new Agent();
    const url = `http://127.0.0.1:${await listening(server)}/`;
    for await (const _ of await new ExitLLM(url, { dispatcher }).stream("Why?")) break;
    await expect.poll(() => closed).toBe(true);
    await dispatcher.close();
  });
});
