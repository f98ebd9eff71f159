import { describe, expect, it } from "vitest";
import { AnswerCall } from "../../../src/langchain/answer-call.js";
import { TEXT_ANSWERS } from "../../../src/langchain/text/text-answers.js";
import { scriptedTransport, type ScriptedTransport } from "../../../src/testing/index.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const body = ['data: {"text":"a"}\n\n', 'data: {"text":"b","done":true}\n\n'];
const headers = { "content-type": "text/event-stream" };

function call(
  options: object = {},
  transport: ScriptedTransport = scriptedTransport([{ headers, body }]),
) {
  const model = new DeltaLLM("http://models.test/", { transport });
  return new AnswerCall(model, { transport }, TEXT_ANSWERS, "Why?", options, undefined);
}

describe("AnswerCall", () => {
  it("gives the chunks of an answer, on both paths, and keeps what has come", async () => {
    const asynchronous = call();
    const texts: string[] = [];
    for await (const { text } of asynchronous.chunks(undefined)) texts.push(text);
    expect(texts.join("")).toBe("ab");
    expect(asynchronous.answer.text).toBe("ab");
    expect([...call().chunksSync()].map(({ text }) => text).join("")).toBe("ab");
  });

  it("reads a whole answer", async () => {
    const answer = await call().read(undefined);
    expect(answer.output()).toBe("ab");
  });

  it("begins anew only where nobody sees the answer", () => {
    expect(call().bind(true).restart).toBeUndefined();
    const hidden = call();
    hidden.answer.add({ text: "half" });
    hidden.bind(false).restart!();
    expect(hidden.answer.text).toBe("");
  });

  it("has the model's name and what had come in its errors", () => {
    const aborted = call({ signal: AbortSignal.abort() });
    aborted.answer.add({ text: "half" });
    const error = aborted.abortError(aborted.signal!);
    expect(error).toMatchObject({ name: "AbortError", partialOutput: { content: "half" } });
    expect(error.message).toMatch(/^DeltaLLM: /);
    expect(aborted.readerLeftError().message).toMatch(/^DeltaLLM: the reader/);
  });
});
