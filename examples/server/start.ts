import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The embedded model server, in a process of its own: the synchronous path blocks the thread that asks. */
export interface ModelServer {
  /** `http://127.0.0.1:` and a free port. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts the server. It ends with this process, and does not keep it alive. */
export async function startModelServer({ pauseMs = 40 } = {}): Promise<ModelServer> {
  const program = fileURLToPath(new URL("./process.mjs", import.meta.url));
  // Plain JavaScript: it needs none of the loaders that this process may run under.
  const child = fork(program, [String(pauseMs)], { execArgv: [] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`The model server ended at its start, with code ${String(code)}.`)),
    );
  });
  child.unref();
  child.channel?.unref();
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
}
