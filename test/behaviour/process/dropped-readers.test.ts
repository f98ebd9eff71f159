import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { useHandServer } from "../../helpers/hand-server.js";
import { useModelPrograms } from "../../helpers/model-programs.js";

const PRELUDE = `
const heard = [];
const callbacks = [{
  handleChatModelStart() { heard.push("start"); },
  handleLLMEnd() { heard.push("end"); },
  handleLLMError(error) { heard.push("error: " + error.message); },
}];
// Nothing of what is read may be left in a variable of the program.
const readOne = async (open) => void (await (await open())[Symbol.asyncIterator]().next());
`;

/** Ways to begin an answer, of which one token is read. */
const WAYS = {
  "stream(), with a signal that lives on": `
    globalThis.controller = new AbortController();
    await readOne(() => new Chat({ callbacks }).stream("Why?", { signal: controller.signal }));`,
  "_astream()": `await readOne(() => new LLM({})._astream("Why?"));`,
  "streamSync()": `new LLM({}).streamSync("Why?").next();`,
};

describe("a reader that is dropped without a word", () => {
  const server = useHandServer();
  const programs = useModelPrograms();
  /** The server gives one token, and then nothing. */
  const answered = async () => {
    const answer = await server.request();
    answer.write({ text: "a", done: false });
    return answer;
  };

  it.each(Object.entries(WAYS))("does not keep the process alive: %s", async (_, way) => {
    const child = await programs.run(`${PRELUDE}${way}\nprocess.disconnect();`, server.url);
    const answer = await answered();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await answer.closed).toBe(true);
  });

  it.each(Object.entries(WAYS))("leaves no connection open: %s", async (_, way) => {
    const collecting = "setInterval(() => { globalThis.gc(); process.send(heard); }, 50);";
    const child = await programs.run(`${PRELUDE}${way}\n${collecting}`, server.url);
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
    const child = await programs.run(program, server.url);
    const answer = await answered();
    const message = once(child, "message");
    // Longer than it takes to find out that nobody reads.
    await new Promise((waited) => setTimeout(waited, 2000));
    answer.write({ text: "b", done: true });
    answer.end();
    expect(await message).toEqual(["ab", undefined]);
  });
});
