import { describe, expect, it } from "vitest";
import { drain, rejection } from "../helpers/delta-llm.js";
import { turns, type HandAnswer, useHandServer } from "../helpers/hand-server.js";
import { chatClass, llmClass, type BaseClass, type Fields } from "../helpers/exit-models.js";

/** Failures that come between two reads or in the middle of a record, told by a callback of the socket or a timer. */

const server = useHandServer();

const SECRET = "sk-canary-0123456789";
const PARTIAL_RECORD = 'data: {"text":"never compl';

const textOf = (piece: unknown): string =>
  typeof piece === "string" ? piece : (piece as { text: string }).text;

/** Reads a stream while `serve` answers it; gives the text and the error. */
async function read(
  { create }: BaseClass,
  fields: Fields,
  serve: (answer: HandAnswer) => Promise<void> | void,
): Promise<{ text: string; error: Error }> {
  const model = create(`${server.url}v1?key=${SECRET}`, {
    maxRetries: 0,
    headers: { authorization: `Bearer ${SECRET}` },
    ...fields,
  });
  const reading = drain(async () => (await model.stream("Why?")) as AsyncIterable<unknown>);
  const answer = await server.request();
  await serve(answer);
  const { items, error } = await reading;
  await answer.closed;
  return { text: items.map(textOf).join(""), error: error as Error };
}

/** Bytes that complete no record, every few milliseconds, until the connection is closed. */
function trickle({ response, write }: HandAnswer): void {
  write(PARTIAL_RECORD);
  const timer = setInterval(() => {
    write("x");
  }, 20);
  response.on("close", () => clearInterval(timer));
}

describe.each([llmClass, chatClass])("a failure in mid-stream, of $name", (base) => {
  const expectShape = (error: Error, partial: string): void => {
    expect(error.message).toMatch(/^Exit(LLM|Chat): POST http:\/\/127\.0\.0\.1:\d+\/v1: /);
    expect(error.message.match(/Exit(LLM|Chat): /g)).toHaveLength(1);
    expect(error).toMatchObject({ partial });
    const everything = [error.message, error.stack, JSON.stringify(error), String(error.cause)];
    expect(everything.join("\n")).not.toContain(SECRET);
  };

  it.each([
    ["between two records", ""],
    ["in the middle of one", PARTIAL_RECORD],
  ])("has the partial text, a prefix and no secret: cut %s", async (_, last) => {
    const { text, error } = await read(base, {}, async (answer) => {
      answer.write({ text: "a" }, { text: "b" });
      await turns(20);
      if (last !== "") answer.write(last);
      await turns(20);
      answer.cut();
    });
    expect(text).toBe("ab");
    expect(["TRUNCATED_STREAM", "CONNECTION"]).toContain((error as { code?: string }).code);
    expectShape(error, "ab");
  });

  it("comes after what was read, though the cut came long before", async () => {
    const model = base.create(server.url, { maxRetries: 0 });
    const opening = model.stream("Why?") as Promise<AsyncIterable<unknown>>;
    const answer = await server.request();
    answer.write({ text: "a" }, { text: "b" }, { text: "c" });
    const items: string[] = [];
    const failure = await rejection(
      (async () => {
        for await (const piece of await opening) {
          items.push(textOf(piece));
          if (items.length > 1) continue;
          answer.write({ text: "d" });
          await turns(20);
          answer.cut();
          await turns(50);
        }
      })(),
    );
    expect(items.join("")).toBe("abcd");
    expect(failure).toMatchObject({ partial: "abcd" });
  });

  it("redacts what a provider echoes in an error of the stream", async () => {
    const { text, error } = await read(base, {}, (answer) => {
      answer.write({ text: "a" }, { error: { message: `bad key ${SECRET}` } });
    });
    expect(text).toBe("a");
    expectShape(error, "a");
  });

  it("is firstChunk's though bytes come all the time", async () => {
    const timeouts = { firstChunk: 400, idle: 300 };
    const { text, error } = await read(base, { timeouts }, trickle);
    expect(text).toBe("");
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "firstChunk", timeoutMs: 400 });
    expectShape(error, "");
  });

  it("is idle's when the bytes of a record stop coming, before the first and after it", async () => {
    for (const first of ["", "a"]) {
      const { text, error } = await read(base, { timeouts: { idle: 300 } }, async (answer) => {
        if (first !== "") answer.write({ text: first });
        await turns(20);
        answer.write(PARTIAL_RECORD);
      });
      expect(text).toBe(first);
      expect(error).toMatchObject({ code: "TIMEOUT", phase: "idle", timeoutMs: 300 });
      expectShape(error, first);
    }
  });

  it("is total's, not idle's, when bytes come all the time after the first token", async () => {
    const timeouts = { idle: 300, total: 900, firstChunk: 500 };
    const started = performance.now();
    const { text, error } = await read(base, { timeouts }, async (answer) => {
      answer.write({ text: "a" });
      await turns(20);
      trickle(answer);
    });
    expect(text).toBe("a");
    expect(error).toMatchObject({ code: "TIMEOUT", phase: "total", timeoutMs: 900 });
    expect(performance.now() - started).toBeGreaterThan(850);
    expectShape(error, "a");
  });

  it("gives held-back text before a timeout, a cut and a bad record", async () => {
    const ways: ((answer: HandAnswer) => void)[] = [
      () => undefined,
      (answer) => answer.cut(),
      (answer) => answer.write("data: {nonsense}\n\n"),
    ];
    for (const fail of ways) {
      const model = base.create(server.url, { maxRetries: 0, timeouts: { idle: 300 } });
      const reading = drain(
        async () => (await model.stream("x", { stop: ["bcd"] })) as AsyncIterable<unknown>,
      );
      const answer = await server.request();
      answer.write({ text: "a" });
      await turns(20);
      answer.write({ text: "bc" });
      await turns(20);
      fail(answer);
      const { items, error } = await reading;
      expect(items.map(textOf).join("")).toBe("abc");
      expect(error).toMatchObject({ partial: "abc" });
    }
  });

  it("is not that of another call on the same model", async () => {
    const model = base.create(server.url, {
      maxRetries: 0,
      buildPayload: () => ({ call: ++calls }),
    });
    let calls = 0;
    for (let round = 0; round < 3; round++) {
      calls = 0;
      const failing = rejection(model.invoke("x"));
      const going = model.invoke("x");
      const answers = [await server.request(), await server.request()];
      answers.sort((a, b) => a.requestBody.localeCompare(b.requestBody));
      const [first, second] = answers;
      first!.write({ text: "a" }, PARTIAL_RECORD);
      second!.write({ text: "b" });
      await turns(20);
      first!.cut();
      await turns(20);
      second!.write({ done: true });
      second!.end();
      expect(await failing).toMatchObject({ partial: "a" });
      expect(textOf(await going)).toBe("b");
    }
  });
});
