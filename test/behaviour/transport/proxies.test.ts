import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ConnectionError, TimeoutError } from "../../../src/errors.js";
import { cert } from "../../helpers/certificate.js";
import { failureOf, paths, post } from "../../helpers/transport-paths.js";

/** Nobody listens here: privileged, and never assigned. */
const NOBODY = "127.0.0.1:1";
const TARGETS = ["http://model.test/", "https://model.test/"];

interface RudeProxy {
  readonly host: string;
  /** Requests so far, of either kind. */
  requests(): number;
}

/** A proxy, on another thread, that does this with every connection that sends something. */
async function startRudeProxy(deed: string): Promise<RudeProxy & { close(): void }> {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require("node:worker_threads");
     const server = require("node:net").createServer((socket) => {
       socket.on("error", () => {});
       socket.once("data", () => { Atomics.add(workerData, 0, 1); ${deed} });
     });
     server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: counter },
  );
  const [port] = (await once(worker, "message")) as [number];
  return {
    host: `127.0.0.1:${port}`,
    requests: () => Atomics.load(counter, 0),
    close: () => void worker.terminate(),
  };
}

const DEEDS = {
  closing: "socket.end();",
  resetting: "socket.resetAndDestroy();",
  silent: "",
  refusing: 'socket.end("HTTP/1.1 403 Forbidden\\r\\ncontent-length: 0\\r\\n\\r\\n");',
};
type Deed = keyof typeof DEEDS;
const proxies = new Map<string, Awaited<ReturnType<typeof startRudeProxy>>>();
beforeAll(async () => {
  for (const [deed, code] of Object.entries(DEEDS)) proxies.set(deed, await startRudeProxy(code));
});
afterAll(() => proxies.forEach((proxy) => proxy.close()));
const rude = (deed: Deed) => proxies.get(deed)!;

describe.each(paths)("a proxy that fails, on the $name path", ({ name, start }) => {
  const failure = (target: string, proxy: string) =>
    failureOf(start(post(target), { proxy, tls: { ca: cert } }).head());

  test.each(["closing", "resetting"] as const)(
    "is asked once when it hangs up, and named: %s",
    async (deed) => {
      const { host, requests } = rude(deed);
      for (const target of TARGETS) {
        const before = requests();
        const error = await failure(target, `http://user:s3cret@${host}`);
        expect(error).toBeInstanceOf(ConnectionError);
        expect(requests() - before).toBe(1);
        expect(error.message).not.toContain("s3cret");
        // What is forwarded to it may as well be refused by whom it was sent to.
        if (target.startsWith("https:")) {
          expect(error.message).toContain(`the proxy ${host} closed the connection when it was`);
          expect(error.message).toContain("model.test:443");
        }
      }
    },
  );

  test("is named when it refuses", async () => {
    const { host } = rude("refusing");
    const error = await failure("https://model.test/", `http://${host}`);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toContain(`the proxy ${host} answered 403`);
  });

  test("is named when it is down, and the model's host is not blamed", async () => {
    for (const target of TARGETS) {
      // Once is enough for undici's warning that SOCKS is experimental.
      for (const scheme of name === "asynchronous" ? ["http", "socks5"] : ["http"]) {
        const address = `${scheme}://user:s3cret@${NOBODY}`;
        const error = await failure(target, address);
        expect(error).toBeInstanceOf(ConnectionError);
        expect(error.message).toBe(
          `nobody listens at the proxy ${NOBODY} (ECONNREFUSED). Is the proxy running?`,
        );
      }
    }
  });

  test("is named when the environment names it", async () => {
    vi.stubEnv("https_proxy", `http://user:s3cret@${NOBODY}`);
    vi.stubEnv("http_proxy", `http://user:s3cret@${rude("closing").host}`);
    vi.stubEnv("no_proxy", "");
    const secure = await failure("https://model.test/", "env");
    expect(secure.message).toContain(`nobody listens at the proxy ${NOBODY}`);
    vi.stubEnv("https_proxy", "");
    const tunnelled = await failure("https://model.test/", "env");
    expect(tunnelled.message).toContain(`the proxy ${rude("closing").host} closed the connection`);
    vi.unstubAllEnvs();
  });

  test("is not asked for what the environment excepts, an IPv6 address without brackets too", async () => {
    const { host, requests } = rude("closing");
    vi.stubEnv("http_proxy", `http://${host}`);
    vi.stubEnv("no_proxy", "localhost,127.0.0.1,::1");
    const before = requests();
    for (const target of [`http://${NOBODY}/`, "http://[::1]:1/"]) {
      expect(await failure(target, "env")).toBeInstanceOf(ConnectionError);
    }
    expect(requests()).toBe(before);
    vi.unstubAllEnvs();
  });

  test("is a timeout of connecting when it does not answer", async () => {
    const options = { proxy: `http://${rude("silent").host}`, connectTimeoutMs: 100 };
    const error = await failureOf(start(post("https://model.test/"), options).head());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: "connect", timeoutMs: 100 });
  });
});
