/**
 * A real HTTP server in another process, so that a test that blocks its thread can talk to it. What it answers
 * is in the URL:
 *
 *     const server = await startScriptedServer();
 *     const url = server.url({
 *       headers: { "content-type": "text/event-stream" },
 *       steps: [{ text: "data: 1\n\n" }, { delayMs: 50, text: "data: 2\n\n" }],
 *       end: "reset",
 *     });
 *     // ... a request to `url` ...
 *     const [request] = await server.log();
 *     await server.close();
 *
 * For retries: `server.url({ id: "a", scripts: [{ status: 503 }, { steps: [...] }] })`, the n-th
 * request with that id gets the n-th script, the last one repeats. `server.log("a")` lists them.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

export interface Step {
  /** Waits, then writes. */
  readonly delayMs?: number;
  readonly text?: string;
  readonly base64?: string;
  /** The whole step this many times. */
  readonly repeat?: number;
}

export interface Script {
  /** The URL's path. Default "/script". */
  readonly path?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Before the head, which is otherwise sent at once. */
  readonly headDelayMs?: number;
  readonly steps?: readonly Step[];
  /** Compresses the steps, flushing after each, and sets content-encoding. */
  readonly encoding?: "gzip" | "deflate" | "deflate-raw" | "br" | "zstd";
  /** After the last step: `clean` ends the body, `reset` sends RST, `destroy` cuts (FIN), `stall` leaves it open. */
  readonly end?: "clean" | "reset" | "destroy" | "stall";
  /** The steps are the bytes on the socket, status line included. */
  readonly raw?: boolean;
  /** No head is ever sent; only the steps' delays count. */
  readonly noHead?: boolean;
}

export interface ScriptSequence {
  readonly id: string;
  readonly scripts: readonly Script[];
}

export interface ServerOptions {
  /** Listens here instead of on a port. */
  readonly socketPath?: string;
  /** Speaks https, with this key and certificate (PEM). */
  readonly tls?: { readonly key: string; readonly cert: string };
  /**
   * The server is a proxy too: it answers a script's absolute URL itself, and tunnels CONNECT.
   * With this, "user:password", it answers 407 to a proxied request without them.
   */
  readonly proxyCredentials?: string;
}

export interface SeenRequest {
  readonly id: string | undefined;
  /** When it came, on the server's clock. */
  readonly startedMs: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of the body, compressed or not, that the operating system has taken. */
  readonly bytesWritten: number;
  /** The answer was written to its end. */
  readonly finished: boolean;
  /** When the client broke the connection off, in ms since the request. */
  readonly closedByPeerMs: number | undefined;
  /** The target of a CONNECT, or the whole URL of another proxied request. */
  readonly proxied: string | undefined;
  /** The same number for requests on the same connection. */
  readonly connection: number;
}

export interface ScriptedServer {
  readonly origin: string;
  url(script: Script | ScriptSequence): string;
  /** The requests so far, all or those with an id. */
  log(id?: string): Promise<SeenRequest[]>;
  /** How many connections were opened, also without a request. */
  connections(): Promise<number>;
  /** The last request (with that id), as soon as it satisfies the condition. */
  seen(condition: (request: SeenRequest) => boolean, id?: string): Promise<SeenRequest>;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./scripted-server-process.mjs", import.meta.url));
const PATIENCE_MS = 30_000;

/** What its process is asked about a server. */
type Question = "start" | "log" | "connections" | "close";

/** All servers of this process live in one other: what differs between two is their port. */
let host: ChildProcess | undefined;
let servers = 0;

export async function startScriptedServer(options: ServerOptions = {}): Promise<ScriptedServer> {
  const child = (host ??= forkHost());
  const server = ++servers;
  const port = (await ask(child, server, "start", options)) as number;
  const origin = `${options.tls ? "https" : "http"}://127.0.0.1:${port}`;
  const log = async (id?: string): Promise<SeenRequest[]> => {
    const all = (await ask(child, server, "log")) as SeenRequest[];
    return id === undefined ? all : all.filter((request) => request.id === id);
  };
  let closing: Promise<unknown> | undefined;
  return {
    origin,
    url: (script) => {
      const path = "path" in script ? (script.path ?? "/script") : "/script";
      const query = Buffer.from(JSON.stringify(script)).toString("base64url");
      return `${origin}${path}?s=${query}`;
    },
    log,
    connections: async () => (await ask(child, server, "connections")) as number,
    seen: async (condition, id) => {
      const until = performance.now() + PATIENCE_MS;
      for (;;) {
        const last = (await log(id)).at(-1);
        if (last !== undefined && condition(last)) return last;
        if (performance.now() > until) {
          throw new Error(`the server never saw what was expected; last: ${JSON.stringify(last)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    close: async () => {
      await (closing ??= ask(child, server, "close"));
    },
  };
}

function forkHost(): ChildProcess {
  const child = fork(PROGRAM, {
    // The script is in the URL.
    execArgv: ["--max-http-header-size=4194304"],
    serialization: "advanced",
  });
  child.unref();
  child.channel?.unref();
  child.once("exit", () => (host = undefined));
  // One for each question that waits.
  child.setMaxListeners(0);
  return child;
}

let questions = 0;
let waiting = 0;

function ask(
  child: ChildProcess,
  server: number,
  question: Question,
  options?: ServerOptions,
): Promise<unknown> {
  const number = ++questions;
  return new Promise((resolve, reject) => {
    if (!child.connected) throw hasExited();
    const onMessage = (answer: { number: number; value: unknown }): void => {
      if (answer.number !== number) return;
      settle(() => resolve(answer.value));
    };
    const onExit = (): void => settle(() => reject(hasExited()));
    const settle = (result: () => void): void => {
      child.off("message", onMessage).off("exit", onExit);
      // While it waits for none, it keeps nobody alive.
      if (--waiting === 0) child.channel?.unref();
      result();
    };
    if (++waiting === 1) child.channel?.ref();
    child.on("message", onMessage).on("exit", onExit);
    child.send({ number, question, server, options });
  });
}

function hasExited(): Error {
  return new Error(
    "the process of the scripted servers has exited: what it wrote to stderr says why",
  );
}

/** A server for the tests of a file, or of a `describe`, closed after them. */
export function useScriptedServer(options: ServerOptions = {}): ScriptedServer {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(options);
  });
  afterAll(() => server.close());
  return {
    get origin() {
      return server.origin;
    },
    url: (script) => server.url(script),
    log: (id) => server.log(id),
    connections: () => server.connections(),
    seen: (condition, id) => server.seen(condition, id),
    close: () => server.close(),
  };
}
