import { fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** Starts the server of this folder in a process of its own, which ends with this one; gives its origin. */
export async function startLangServe(): Promise<string> {
  // TypeScript under a loader, which the new process inherits, or compiled.
  const name = `./main${extname(fileURLToPath(import.meta.url))}`;
  const child = fork(fileURLToPath(new URL(name, import.meta.url)));
  const port = await new Promise<number>((resolve, reject) => {
    child.once("message", (message: { port: number }) => resolve(message.port));
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`The LangServe server ended at its start, with code ${String(code)}.`)),
    );
  });
  child.unref();
  child.channel?.unref();
  return `http://127.0.0.1:${port}`;
}
