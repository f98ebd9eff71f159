import { inspect } from "node:util";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  ConnectionError,
  HookError,
  TimeoutError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../../src/errors.js";
import {
  type ScriptedServer,
  startScriptedServer,
  type Step,
} from "../../helpers/scripted-server.js";
import { cert, key } from "../../helpers/certificate.js";
import { failureOf, paths, post, readSome, readText } from "../../helpers/transport-paths.js";

const CLOSED = new Error("closed by the test");
/** Nobody listens here: privileged, and never assigned. */
const NOBODY = "http://127.0.0.1:1/";

let server: ScriptedServer;
let tlsServer: ScriptedServer;
let proxy: ScriptedServer;
let unixServer: ScriptedServer;
const socketPath = join(tmpdir(), `http-streaming-llm-${process.pid}.sock`);

beforeAll(async () => {
  [server, tlsServer, proxy, unixServer] = await Promise.all([
    startScriptedServer(),
    startScriptedServer({ tls: { key, cert } }),
    startScriptedServer({ proxyCredentials: "user:s3cret/pass" }),
    startScriptedServer({ socketPath }),
  ]);
});
afterAll(async () => {
  await Promise.all([server, tlsServer, proxy, unixServer].map((each) => each.close()));
  await rm(socketPath, { force: true });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let ids = 0;
/** A script that can be found in the server's log. */
const logged = (script: object) => {
  const id = `request-${++ids}-${randomBytes(4).toString("hex")}`;
  return { id, url: (on: ScriptedServer) => on.url({ id, scripts: [script] }) };
};
const tokens = (count: number): Step[] =>
  Array.from({ length: count }, (_, i) => ({ text: `token ${i}\n`, delayMs: 1 }));

describe.each(paths)("an exchange on the $name path", ({ name, start }) => {
  test("gives the status and the headers in lower case, repeated ones joined", async () => {
    const headers = { "X-Request-Id": "r1", "X-Many": ["a", "b"], "content-type": "text/plain" };
    const exchange = start(post(server.url({ status: 201, headers })));
    const head = await exchange.head();
    expect(head.status).toBe(201);
    expect(head.headers).toMatchObject({
      "x-request-id": "r1",
      "x-many": "a, b",
      "content-type": "text/plain",
    });
    expect(await exchange.read()).toBeUndefined();
    expect(await exchange.read()).toBeUndefined();
  });

  test("gives the body in order, then undefined", async () => {
    const exchange = start(post(server.url({ steps: tokens(30) })));
    expect(await readText(exchange)).toBe(
      tokens(30)
        .map((step) => step.text)
        .join(""),
    );
    expect(await exchange.read()).toBeUndefined();
  });

  test("gives each token as soon as it arrives", async () => {
    const steps = [{ text: "first" }, { text: "second", delayMs: 60 }];
    const exchange = start(post(server.url({ steps, end: "stall" })));
    expect(await readSome(exchange)).toBe("first");
    expect(await readSome(exchange)).toBe("second");
    exchange.close(CLOSED);
  });

  test("sends method, path, headers and body as they are", async () => {
    const { id, url } = logged({});
    const request = { method: "PUT", headers: { "x-model": "m" }, body: '{"a":"é"}' };
    await readText(start(post(`${url(server)}&q=1`, request)));
    const bytes = Buffer.from("pool: bytes").subarray(6);
    await readText(start(post(url(server), { body: bytes })));
    await readText(start(post(url(server), { method: "GET", body: undefined })));
    expect(await server.log(id)).toMatchObject([
      { method: "PUT", path: "/script", body: '{"a":"é"}', headers: { "x-model": "m" } },
      { method: "POST", body: "bytes", headers: { "content-length": "5" } },
      { method: "GET", body: "" },
    ]);
  });

  test("sends a form with its boundary", async () => {
    const form = new FormData();
    form.append("model", "whisper");
    form.append("file", new File(["sound"], "speech.wav", { type: "audio/wav" }));
    const { id, url } = logged({});
    await readText(start(post(url(server), { body: form })));
    const [seen] = await server.log(id);
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(
      seen!.headers["content-type"]!,
    )![1]!;
    expect(seen!.body).toContain(boundary);
    expect(seen!.body).toContain('name="model"\r\n\r\nwhisper\r\n');
    expect(seen!.body).toContain('name="file"; filename="speech.wav"\r\nContent-Type: audio/wav');
  });

  test("sends the credentials of a URL as a header", async () => {
    const { id, url } = logged({});
    await readText(start(post(url(server).replace("//", "//me:p%40ss@"))));
    const [seen] = await server.log(id);
    expect(seen!.headers["authorization"]).toBe(
      `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    );
  });

  test("passes over informational responses", async () => {
    const text =
      "HTTP/1.1 103 Early Hints\r\nx-early: 1\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const exchange = start(post(server.url({ raw: true, steps: [{ text }] })));
    expect(await exchange.head()).toEqual({ status: 200, headers: { "content-length": "2" } });
    expect(await readText(exchange)).toBe("ok");
  });

  test.each(["/api/generate", "ftp://model.test/", "http://"])(
    "refuses an endpoint that is no URL of HTTP: %s",
    async (url) => {
      const error = await failureOf(start(post(url)).head());
      expect(error).toBeInstanceOf(HookError);
      expect(error).toMatchObject({ hook: "endpoint" });
    },
  );

  /** What happens unless the machine stands still for as long as a connection is waited for. */
  const soonOrLater = (scenario: () => Promise<void>) =>
    vi.waitFor(scenario, { timeout: 30_000, interval: 10 });

  test("uses a connection again", () =>
    soonOrLater(async () => {
      const { id, url } = logged({ steps: [{ text: "x" }] });
      for (let i = 0; i < 3; i++) {
        // Options that no other test has: connections of its own.
        await readText(start(post(url(server)), { connectTimeoutMs: 9001 }));
        // undici frees a connection one turn after the end.
        await pause(20);
      }
      const seen = await server.log(id);
      expect(new Set(seen.map((request) => request.connection)).size).toBe(1);
    }));

  test("uses a connection again after a release before a short end", () =>
    soonOrLater(async () => {
      const steps = [{ text: "data: [DONE]\n\n" }, { text: "tail", delayMs: 30 }];
      const { id, url } = logged({ steps });
      const first = start(post(url(server)), { connectTimeoutMs: 9002 });
      await readSome(first);
      first.release();
      await pause(120);
      await readText(start(post(url(server)), { connectTimeoutMs: 9002 }));
      const [one, two] = await server.log(id);
      expect(one!.finished).toBe(true);
      expect(two!.connection).toBe(one!.connection);
    }));

  test.each([
    ["stalls", { steps: [{ text: "answer" }], end: "stall" }],
    ["goes on", { steps: [{ text: "x".repeat(4096), repeat: 1e6 }] }],
  ])("closes after a release when the rest %s", async (_, script) => {
    const { id, url } = logged(script);
    const exchange = start(post(url(server)));
    await readSome(exchange);
    exchange.release();
    const seen = await server.seen((request) => request.closedByPeerMs !== undefined, id);
    expect(seen.finished).toBe(false);
  });

  test("closes at once in mid-body, and says why from then on", async () => {
    const { id, url } = logged({ steps: [{ text: "x" }], end: "stall" });
    const exchange = start(post(url(server)));
    await readSome(exchange);
    exchange.close(CLOSED);
    exchange.close(new Error("another reason"));
    expect(await failureOf(exchange.read())).toBe(CLOSED);
    const seen = await server.seen((request) => request.closedByPeerMs !== undefined, id);
    expect(seen.closedByPeerMs).toBeLessThan(3000);
  });

  test("closes before the head", async () => {
    const { id, url } = logged({ noHead: true, end: "stall" });
    const exchange = start(post(url(server)));
    await server.seen(() => true, id);
    exchange.close(CLOSED);
    expect(await failureOf(exchange.head())).toBe(CLOSED);
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  test("stops the server when the reader stops", async () => {
    const { id, url } = logged({ steps: [{ text: "x".repeat(250_000), repeat: 1000 }] });
    const exchange = start(post(url(server)));
    await readSome(exchange);
    let before = -1;
    let { bytesWritten } = (await server.log(id))[0]!;
    while (before !== bytesWritten) {
      before = bytesWritten;
      await pause(150);
      ({ bytesWritten } = (await server.log(id))[0]!);
    }
    exchange.close(CLOSED);
    expect(bytesWritten).toBeLessThan(12 * 2 ** 20);
  });

  test("gives a large body whole to a slow reader", async () => {
    const exchange = start(
      post(server.url({ steps: [{ text: "x".repeat(100_000), repeat: 80 }] })),
    );
    let bytes = 0;
    for (;;) {
      const buffers = await exchange.read();
      if (buffers === undefined) break;
      for (const buffer of buffers) bytes += buffer.byteLength;
      await pause(1);
    }
    expect(bytes).toBe(8_000_000);
  });

  test("times out while connecting", async () => {
    // A TLS handshake that nobody answers.
    const url = server.url({}).replace("http:", "https:");
    const silent = await startSilentServer();
    const at = new URL(url);
    at.port = String(silent.port);
    const error = await failureOf(start(post(at.href), { connectTimeoutMs: 150 }).head());
    silent.close();
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "connect", timeoutMs: 150 });
  });

  test("times out while it waits for the head, and closes", async () => {
    const { id, url } = logged({ noHead: true, end: "stall" });
    const error = await failureOf(start(post(url(server)), { headersTimeoutMs: 150 }).head());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "headers", timeoutMs: 150 });
    await server.seen((request) => request.closedByPeerMs !== undefined, id);
  });

  test("has no other timeouts", async () => {
    const never = { connectTimeoutMs: Infinity, headersTimeoutMs: 0 };
    const exchange = start(post(server.url({ headDelayMs: 50, steps: [{ text: "late" }] })), never);
    expect(await readText(exchange)).toBe("late");
  });

  const encodings = ["gzip", "deflate", "deflate-raw", "br"] as const;
  const zstd = "createZstdDecompress" in zlib ? (["zstd"] as const) : [];
  describe.each([...encodings, ...zstd])("with a body in %s", (encoding) => {
    test("inflates", async () => {
      const steps = [...tokens(20), { text: "x".repeat(300_000) }, { text: "end" }];
      const text = await readText(start(post(server.url({ encoding, steps }))));
      expect(text).toBe(steps.map((step) => step.text).join(""));
    });

    test("gives each flushed token at once", async () => {
      const steps = [{ text: "first" }, { text: "second", delayMs: 60 }];
      const exchange = start(post(server.url({ encoding, steps, end: "stall" })));
      expect(await readSome(exchange)).toBe("first");
      expect(await readSome(exchange)).toBe("second");
      exchange.close(CLOSED);
    });

    test("gives what came before a cut, then fails", async () => {
      const script = { encoding, steps: [{ text: "first" }], end: "destroy" } as const;
      const exchange = start(post(server.url(script)));
      expect(await readSome(exchange)).toBe("first");
      expect(await failureOf(exchange.read())).toBeInstanceOf(TruncatedStreamError);
    });
  });

  test("fails when compressed data ends early in a whole body", async () => {
    const base64 = zlib.gzipSync("a long answer").subarray(0, -8).toString("base64");
    const headers = { "content-encoding": "gzip" };
    const exchange = start(post(server.url({ headers, steps: [{ base64 }] })));
    const error = await failureOf(readText(exchange));
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error.message).toContain("gzip data is incomplete");
  });

  test("fails when a body is not what its encoding says", async () => {
    const headers = { "content-encoding": "gzip" };
    const exchange = start(post(server.url({ headers, steps: [{ text: "plain" }], end: "stall" })));
    const error = await failureOf(readText(exchange));
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error.message).toContain('content-encoding "gzip"');
  });

  test("undoes several encodings, and takes an empty body for whole", async () => {
    const base64 = zlib.gzipSync(zlib.brotliCompressSync("both")).toString("base64");
    const headers = { "content-encoding": "br, x-gzip" };
    expect(await readText(start(post(server.url({ headers, steps: [{ base64 }] }))))).toBe("both");
    expect(await readText(start(post(server.url({ headers }))))).toBe("");
  });

  test("undoes each coding by what it was given itself", async () => {
    const base64 = zlib.gzipSync(zlib.deflateSync("both")).toString("base64");
    const headers = { "content-encoding": "deflate, gzip" };
    expect(await readText(start(post(server.url({ headers, steps: [{ base64 }] }))))).toBe("both");
  });

  test("holds back a chain of codings that nobody reads, and gives all of it in the end", async () => {
    const text = "y".repeat(3_000_000);
    const base64 = zlib.brotliCompressSync(zlib.gzipSync(text, { level: 0 })).toString("base64");
    const headers = { "content-encoding": "gzip, br" };
    expect(await readText(start(post(server.url({ headers, steps: [{ base64 }] }))))).toBe(text);
  });

  test.each(["none", "identity", "utf-8", "chunked", "UTF8", "x-unheard-of", "", "none, none"])(
    "leaves the bytes as they are under %j, which names no coding",
    async (coding) => {
      const headers = { "content-encoding": coding };
      const script = { headers, steps: [{ text: "plain" }] };
      expect(await readText(start(post(server.url(script))))).toBe("plain");
    },
  );

  test.each(["compress", "gzip, dcb", "snappy", ...(zstd.length === 0 ? ["zstd"] : [])])(
    "refuses to read a body in %s, which it cannot undo",
    async (coding) => {
      const headers = { "content-encoding": coding, "content-type": "text/plain" };
      const exchange = start(post(server.url({ status: 400, headers, steps: [{ text: "x" }] })));
      expect((await exchange.head()).status).toBe(400);
      const error = await failureOf(exchange.read());
      expect(error).toBeInstanceOf(UnexpectedContentTypeError);
      expect(error).toMatchObject({ contentType: "text/plain" });
      expect(error.message).toMatch(/content-encoding "(compress|dcb|snappy|zstd)"/);
    },
  );

  test("undoes four codings, and refuses more", async () => {
    const nested = (depth: number) => {
      let bytes = Buffer.from("deep");
      for (let i = 0; i < depth; i++) bytes = zlib.gzipSync(bytes);
      const headers = { "content-encoding": Array(depth).fill("gzip").join(", ") };
      return start(post(server.url({ headers, steps: [{ base64: bytes.toString("base64") }] })));
    };
    expect(await readText(nested(4))).toBe("deep");
    const error = await failureOf(readText(nested(5)));
    expect(error).toBeInstanceOf(UnexpectedContentTypeError);
    expect(error.message).toContain("5 content codings");
  });

  test.each([
    ["content-length", { headers: { "content-length": "100" }, end: "destroy" }],
    [
      "content-length, closing",
      { headers: { "content-length": "100", connection: "close" }, end: "destroy" },
    ],
    ["chunked encoding", { end: "destroy" }],
    ["chunked encoding, closing", { headers: { connection: "close" }, end: "destroy" }],
    ["a reset", { end: "reset" }],
  ] as const)("fails when a body breaks off: %s", async (_, script) => {
    const exchange = start(
      post(server.url({ ...script, steps: [{ text: "begin" }, { delayMs: 50 }] })),
    );
    expect(await readSome(exchange)).toBe("begin");
    const error = await failureOf(exchange.read());
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(error.message).toContain("body broke off");
    expect(error.cause).toBeInstanceOf(Error);
  });

  test.each([
    [
      "nobody listens",
      NOBODY,
      "nobody listens at 127.0.0.1:1 (ECONNREFUSED). Is the model server running?",
    ],
    ["a name does not resolve", "http://no-such-host.invalid/", "could not be resolved"],
  ])("says that %s", async (_, url, message) => {
    const error = await failureOf(start(post(url)).head());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(message);
    expect(error.cause).toMatchObject({ code: expect.any(String) });
  });

  test.each([
    [
      "closes before it answers",
      { noHead: true, end: "destroy" },
      "closed the connection before it answered",
    ],
    [
      "resets before it answers",
      { noHead: true, end: "reset" },
      "closed the connection before it answered",
    ],
    [
      "does not speak HTTP",
      { raw: true, steps: [{ text: "SSH-2.0-OpenSSH\r\n" }] },
      "did not answer with HTTP/1.1",
    ],
    [
      "sends huge headers",
      { headers: { "x-big": "x".repeat(20_000) } },
      "Raise limits.maxHeaderBytes",
    ],
  ] as const)("fails when the server %s", async (_, script, message) => {
    const error = await failureOf(start(post(server.url(script))).head());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(message);
  });

  test("accepts larger headers when told to", async () => {
    const url = server.url({ headers: { "x-big": "x".repeat(20_000) } });
    const head = await start(post(url), { maxHeaderBytes: 65_536 }).head();
    expect(head.headers["x-big"]).toHaveLength(20_000);
  });

  test.each([
    ["x-a", "secret\r\nx-injected: 1", "contains a line break"],
    ["x-a", "secret\u2026", "cannot carry"],
    ["x a", "secret", "not a valid header name"],
    ["transfer-encoding", "secret", "belongs to the connection"],
  ])("refuses a header that cannot be sent: %s", async (name, value, message) => {
    const error = await failureOf(
      start(post(server.url({}), { headers: { [name]: value } })).head(),
    );
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook: "headers" });
    expect(error.message).toContain(name);
    expect(error.message).toContain(message);
    expect(inspect(error)).not.toContain("secret");
  });

  test("connects to a unix socket", async () => {
    const { id, url } = logged({ steps: [{ text: "local" }] });
    const exchange = start(post(url(unixServer)), { socketPath });
    expect(await readText(exchange)).toBe("local");
    expect(await unixServer.log(id)).toHaveLength(1);
    const error = await failureOf(
      start(post(url(unixServer)), { socketPath: "/nowhere.sock" }).head(),
    );
    expect(error.message).toContain("no socket at /nowhere.sock");
  });

  test("trusts the certificates it is given, and no others", async () => {
    const url = tlsServer.url({ steps: [{ text: "safe" }] });
    const error = await failureOf(start(post(url)).head());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain("tls.ca");
    expect(await readText(start(post(url), { tls: { ca: Buffer.from(cert) } }))).toBe("safe");
    expect(await readText(start(post(url), { tls: { rejectUnauthorized: false } }))).toBe("safe");
  });

  test("says that TLS met plain HTTP", async () => {
    const url = server.url({}).replace("http:", "https:");
    const error = await failureOf(start(post(url)).head());
    expect(error.message).toContain("write http:// instead of https://");
  });

  describe("through a proxy", () => {
    const at = () => proxy.origin.replace("//", "//user:s3cret%2Fpass@");

    test("forwards http, with the credentials of the proxy's address", async () => {
      const { id, url } = logged({ steps: [{ text: "forwarded" }] });
      expect(await readText(start(post(url(server)), { proxy: at() }))).toBe("forwarded");
      const [seen] = await proxy.log(id);
      expect(seen!.proxied).toMatch(/^http:\/\/127/);
    });

    test("tunnels https", async () => {
      const { id, url } = logged({ steps: [{ text: "tunnelled" }] });
      const options = { proxy: new URL(at()), tls: { ca: cert } };
      expect(await readText(start(post(url(tlsServer)), options))).toBe("tunnelled");
      expect(await tlsServer.log(id)).toHaveLength(1);
    });

    test("follows the environment", async () => {
      const one = logged({});
      const two = logged({});
      vi.stubEnv("http_proxy", at());
      vi.stubEnv("no_proxy", "localhost");
      await readText(start(post(one.url(server)), { proxy: "env" }));
      const local = two.url(server).replace("127.0.0.1", "localhost");
      await readText(start(post(local), { proxy: "env" }));
      vi.unstubAllEnvs();
      expect(await proxy.log(one.id)).toHaveLength(1);
      expect(await server.log(two.id)).toHaveLength(1);
    });

    test("says when the proxy refuses", async () => {
      for (const target of [server, tlsServer]) {
        const error = await failureOf(start(post(target.url({})), { proxy: proxy.origin }).head());
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.message).toMatch(/the proxy 127\.0\.0\.1:\d+ answered 407/);
      }
    });

    test.each(["http", "https"])("never shows the proxy's credentials (%s)", async (protocol) => {
      const target = (protocol === "http" ? server : tlsServer).url({});
      for (const address of [
        "http://user:s3cret%2Fpass@127.0.0.1:1",
        "http://user:s3cret/pass@bad host",
        // Once is enough for undici's warning that it is experimental.
        ...(name === "asynchronous" ? ["socks5://user:s3cret@127.0.0.1:1"] : []),
      ]) {
        const error = await failureOf(start(post(target), { proxy: address }).head());
        const shown = inspect(error, { depth: 9, showHidden: true }) + String(error.stack);
        expect(shown).not.toContain("s3cret");
        expect(shown).not.toContain(Buffer.from("user:s3cret/pass").toString("base64"));
      }
    });
  });
});

/** Accepts connections and says nothing, from another thread. */
async function startSilentServer(): Promise<{ port: number; close(): void }> {
  const { Worker } = await import("node:worker_threads");
  const worker = new Worker(
    `const { createServer } = require("node:net");
     const server = createServer((socket) => socket.on("error", () => {}));
     server.listen(0, "127.0.0.1", () =>
       require("node:worker_threads").parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  return { port, close: () => void worker.terminate() };
}
