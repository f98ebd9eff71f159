import { describe, expect, it } from "vitest";
import { ModelRunner } from "../../../src/langchain/model-runner.js";
import { TEXT_ANSWERS } from "../../../src/langchain/text/text-answers.js";
import { scriptedTransport } from "../../../src/testing/index.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const ANSWER = {
  headers: { "content-type": "text/event-stream" },
  body: ['data: {"text":"a"}\n\n', 'data: {"text":"b","done":true}\n\n'],
};

function runner() {
  const transport = scriptedTransport([ANSWER]);
  const model = new DeltaLLM("http://models.test/", { transport });
  return { model, runner: new ModelRunner(model, { transport }, TEXT_ANSWERS) };
}

describe("ModelRunner", () => {
  it("gives one answer in whatever way it is asked for", async () => {
    const chunks: string[] = [];
    for await (const { text } of runner().runner.chunks("x", {}, undefined)) chunks.push(text);
    const whole = await runner().runner.read("x", {}, undefined);
    const answers = [
      chunks.join(""),
      whole.output(),
      [...runner().runner.chunksSync("x", {}, undefined)].map(({ text }) => text).join(""),
      runner().runner.invokeSync("x", undefined),
      [...runner().runner.streamSync("x", undefined)].join(""),
    ];
    expect(answers).toEqual(["ab", "ab", "ab", "ab", "ab"]);
  });
});
