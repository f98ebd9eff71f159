import { RunnableLambda, RunnableWithFallbacks } from "@langchain/core/runnables";
import { describe, expect, it } from "vitest";
import { ModelWithFallbacks } from "../../../src/langchain/model-fallbacks.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";
import { type ExitChat, chatClass } from "../../helpers/exit-models.js";
import { useHandServer } from "../../helpers/hand-server.js";

const server = useHandServer();
const chat = () => chatClass.create(server.url, { maxRetries: 0 }) as ExitChat;
const llm = () => new DeltaLLM(server.url, { maxRetries: 0 });
const word = RunnableLambda.from((text: string) => text);

const streams: [
  name: string,
  open: () => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
][] = [
  ["a chat model", () => chat().withFallbacks([chat()]).stream("Why?")],
  ["its binding", () => chat().bindTools([]).withFallbacks([chat()]).stream("Why?")],
  [
    "a text model",
    () =>
      llm()
        .withFallbacks({ fallbacks: [llm()] })
        .stream("Why?"),
  ],
  ["a chain", () => word.pipe(llm().withFallbacks([llm()])).stream("Why?")],
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- as long as LangChain has it
  ["the log", () => llm().withFallbacks([llm()]).streamLog("Why?")],
];

describe("ModelWithFallbacks", () => {
  it.each(streams)("ends the call when the reader leaves the stream of %s", async (_, open) => {
    const reading = (async () => {
      for await (const piece of await open()) if (JSON.stringify(piece).includes("first")) break;
    })();
    const answer = await server.request();
    answer.write({ text: "first" });
    expect(await answer.closed).toBe(true);
    await reading;
  });

  it("asks the next model where one fails before its first chunk", async () => {
    const model = chat().withFallbacks([llm() as never]);
    const streaming = model.stream("Why?");
    (await server.request()).write({ error: "no room" });
    const answer = await server.request();
    answer.write({ text: "a", done: true });
    answer.end();
    const pieces: unknown[] = [];
    for await (const piece of await streaming) pieces.push(piece);
    expect(pieces).toEqual(["a"]);
  });

  it.each([[undefined], [null], [{}], [[undefined]]])("refuses %o in place of models", (given) => {
    expect(() => llm().withFallbacks(given as never)).toThrow(/a list of runnables.*\(\[model\]\)/);
  });

  it("goes by the name that LangChain knows", () => {
    const model = new ModelWithFallbacks({ runnable: llm(), fallbacks: [llm()] });
    expect(model).toBeInstanceOf(RunnableWithFallbacks);
    expect(model.lc_id.at(-1)).toBe("RunnableWithFallbacks");
  });
});
