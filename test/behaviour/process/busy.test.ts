import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blockThread } from "../../helpers/block-thread.js";
import { useHandServer } from "../../helpers/hand-server.js";
import { useModelPrograms } from "../../helpers/model-programs.js";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../../helpers/scripted-server.js";
import { events, rejection, serve, stalling } from "../../helpers/delta-llm.js";
import { cert, key } from "../../helpers/certificate.js";
import { ExitLLM, type Fields } from "../../helpers/exit-models.js";

let server: ScriptedServer;
let secure: ScriptedServer;
beforeAll(async () => {
  [server, secure] = await Promise.all([
    startScriptedServer(),
    startScriptedServer({ tls: { key, cert } }),
  ]);
});
afterAll(() => Promise.all([server.close(), secure.close()]));

/** Longer than the timeouts, by far. */
const BLOCK_MS = 900;
const TIMEOUT_MS = 400;

/** Blocks the thread so many times, with a turn of the event loop in between. */
const blockSoon = (times: number): void => {
  setImmediate(() => {
    blockThread(BLOCK_MS);
    if (times > 1) blockSoon(times - 1);
  });
};
const tokens = events("a", 20, "b", 20, { text: "c", done: true });

describe("a thread that is blocked", () => {
  const cases: [
    phase: keyof NonNullable<Fields["timeouts"]>,
    times: number,
    script: Script,
    when: "before the first token" | "after it",
  ][] = [
    ["idle", 1, tokens, "after it"],
    ["idle", 1, { ...tokens, encoding: "gzip" }, "after it"],
    ["headers", 2, { ...tokens, headDelayMs: 20 }, "before the first token"],
    ["firstChunk", 1, events(20, "a", "b", { text: "c", done: true }), "before the first token"],
    // The handshake of TLS needs several turns of the event loop.
    ["connect", 2, tokens, "before the first token"],
  ];

  it.each(cases)("is no silent server: %s, %i times", async (phase, times, script, when) => {
    const { url } = serve(phase === "connect" ? secure : server, script);
    const timeouts = { [phase]: TIMEOUT_MS };
    const model = new ExitLLM(url, { tls: { ca: cert }, maxRetries: 0, timeouts });
    if (when === "before the first token") blockSoon(times);
    let text = "";
    for await (const token of await model.stream("Why?")) {
      if (text === "" && when === "after it") blockSoon(times);
      text += token;
    }
    expect(text).toBe("abc");
  });

  it("does not hide a silent server", async () => {
    const { url } = serve(server, stalling("a"));
    const model = new ExitLLM(url, { maxRetries: 0, timeouts: { idle: TIMEOUT_MS } });
    const read = async () => {
      for await (const _ of await model.stream("Why?")) blockSoon(2);
    };
    expect(await rejection(read())).toMatchObject({ phase: "idle", partial: "a" });
  });
});

describe("a process that was stopped for a while", () => {
  const hand = useHandServer();
  const programs = useModelPrograms();

  it.each([
    "for await (const token of await model.stream('Why?'))",
    "for (const token of model.streamSync('Why?'))",
  ])("takes what has come in the meantime: %s", async (loop) => {
    const program = `
        const model = new LLM({ maxRetries: 0, timeouts: { idle: 400 } });
        let text = "";
        try {
          ${loop} { process.send(token); text += token; }
        } catch (error) { text = String(error); }
        process.send("all of it: " + text);
        process.disconnect();`;
    const child = await programs.run(program, hand.url);
    const messages: unknown[] = [];
    child.on("message", (message) => messages.push(message));
    const exchange = await hand.request();
    exchange.write({ text: "a", done: false });
    await expect.poll(() => messages, { timeout: 10_000, interval: 5 }).toEqual(["a"]);
    child.kill("SIGSTOP");
    exchange.write({ text: "b", done: true });
    exchange.end();
    await new Promise((waited) => setTimeout(waited, 1000));
    child.kill("SIGCONT");
    await once(child, "exit");
    expect(messages.at(-1)).toBe("all of it: ab");
  });
});

describe("a process whose timers are numbers, as in jsdom and in Electron's renderer", () => {
  const hand = useHandServer();
  const programs = useModelPrograms();

  it.each([true, false])("gets its answers, with setImmediate: %s", async (hasImmediates) => {
    const program = `
      const { setTimeout: start, clearTimeout: stop } = globalThis;
      const timers = new Map();
      globalThis.setTimeout = (...args) => {
        const timer = start(...args);
        timers.set(Number(timer), timer);
        return Number(timer);
      };
      globalThis.clearTimeout = (timer) => stop(timers.get(timer) ?? timer);
      if (!${hasImmediates}) delete globalThis.setImmediate;
      const model = new LLM({ maxRetries: 0, timeouts: { total: 10_000 } });
      const texts = [await model.invoke("Why?"), await model.invoke("Why?")];
      const late = new LLM({ maxRetries: 0, timeouts: { idle: 50 } });
      texts.push(await late.invoke("Why?").catch((error) => error.phase));
      process.send(texts);
      process.exit();`;
    const child = await programs.run(program, hand.url);
    const message = once(child, "message");
    for (let requests = 0; requests < 2; requests++) {
      const answer = await hand.request();
      answer.write({ text: "a", done: true });
      answer.end();
    }
    await hand.request();
    expect(await message).toEqual([["a", "a", "idle"], undefined]);
  });
});
