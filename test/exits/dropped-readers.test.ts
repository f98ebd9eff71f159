import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { inlineWorker } from "../../scripts/bundle-worker.mjs";
import { useHandServer } from "../helpers/hand-server.js";

/** What keeps a process alive, and what is collected, can only be seen in a process of its own. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dropped-readers-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await build({
    entryPoints: [join(ROOT, "src/index.ts")],
    outfile: join(folder, "index.mjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    plugins: [inlineWorker()],
    logLevel: "silent",
  });
});
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));
afterAll(() => rm(folder, { recursive: true }));

const PRELUDE = `
import { HttpStreamingChatModel, HttpStreamingLLM, sse } from "./index.mjs";
const [url] = process.argv.slice(2);
const hooks = (Base) => class extends Base {
  endpoint = url;
  format = sse();
  _llmType() { return "dropping"; }
  buildPayload() { return {}; }
  parseChunk(delta) { return delta; }
};
const LLM = hooks(HttpStreamingLLM);
const Chat = hooks(HttpStreamingChatModel);
const heard = [];
const callbacks = [{
  handleLLMStart() { heard.push("start"); },
  handleChatModelStart() { heard.push("start"); },
  handleLLMEnd() { heard.push("end"); },
  handleLLMError(error) { heard.push("error: " + error.message); },
}];
// Nothing of what is read may be left in a variable of the program.
const readOne = async (open) => void (await (await open())[Symbol.asyncIterator]().next());
`;

/** Ways to begin an answer, of which one token is read. */
const WAYS = {
  "stream(), with a signal that lives on":
    "globalThis.controller = new AbortController(); await readOne(() => new Chat({ callbacks }).stream('Why?', { signal: controller.signal }));",
  "_astream()": "await readOne(() => new LLM({})._astream('Why?'));",
  "streamSync()": "new LLM({}).streamSync('Why?').next();",
};

let programs = 0;
async function run(program: string, url: string): Promise<ChildProcess> {
  const file = join(folder, `program-${++programs}.mjs`);
  await writeFile(file, `${PRELUDE}\n${program}`);
  const child = fork(file, [url], { execArgv: ["--expose-gc"], stdio: ["ignore", 1, 2, "ipc"] });
  child.channel?.unref();
  children.push(child);
  return child;
}

describe("a reader that is dropped without a word", () => {
  const server = useHandServer();
  /** The server gives one token, and then nothing. */
  const answered = async () => {
    const answer = await server.request();
    answer.write({ text: "a", done: false });
    return answer;
  };

  it.each(Object.entries(WAYS))("does not keep the process alive: %s", async (_, way) => {
    const child = await run(`${way}\nglobalThis.process.disconnect();`, server.url);
    const answer = await answered();
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
    // It was the process that let go.
    expect(await answer.closed).toBe(true);
  });

  it.each(Object.entries(WAYS))("leaves no connection open: %s", async (_, way) => {
    const program = `${way}\nsetInterval(() => { globalThis.gc(); process.send(heard); }, 50);`;
    const child = await run(program, server.url);
    let heard: string[] = [];
    child.on("message", (message) => (heard = message as string[]));
    const answer = await answered();
    expect(await answer.closed).toBe(true);
    expect(child.exitCode).toBeNull();
    if (!way.includes("callbacks")) return;
    await expect.poll(() => heard, { timeout: 10_000 }).toHaveLength(2);
    expect(heard[1]).toContain("the reader stopped reading before the end");
  });

  it("is no matter where somebody waits: the answer comes, however long it takes", async () => {
    const program = `
      setInterval(() => globalThis.gc(), 20).unref();
      let text = "";
      for await (const token of await new LLM({}).stream("Why?")) text += token;
      process.send(text);
      process.disconnect();`;
    const child = await run(program, server.url);
    const answer = await answered();
    const message = once(child, "message");
    // Longer than it takes to find out that nobody reads.
    await new Promise((waited) => setTimeout(waited, 2500));
    answer.write({ text: "b", done: true });
    answer.end();
    expect(await message).toEqual(["ab", undefined]);
  });
});
