import { RunnableBinding } from "@langchain/core/runnables";
import { describe, expect, it } from "vitest";
import { bindingOf, ChatModelBinding, ModelBinding } from "../../../src/langchain/model-binding.js";
import { scriptedTransport } from "../../../src/testing/index.js";
import { DeltaChat } from "../../helpers/chat-fixtures.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const URL_OF_MODEL = "http://models.test/";
const headers = { "content-type": "text/event-stream" };

describe("ModelBinding", () => {
  it("gives its options to the model, and shows no credential among them", async () => {
    const transport = scriptedTransport([{ headers, body: 'data: {"text":"a","done":true}\n\n' }]);
    const llm = new DeltaLLM(URL_OF_MODEL, { transport });
    const options = { stop: ["x"], headers: { authorization: "secret" } };
    const binding = new ModelBinding(bindingOf(llm, options));
    expect(JSON.stringify(binding)).not.toContain("secret");
    expect(JSON.stringify(binding.withConfig(options))).not.toContain("secret");
    expect(await binding.invoke("Why?")).toBe("a");
    expect(transport.requests).toMatchObject([{ headers: { authorization: "secret" } }]);
  });

  it("is made of no options as well, as plain JavaScript may hand them on", async () => {
    const answer = { headers, body: 'data: {"text":"a","done":true}\n\n' };
    const llm = new DeltaLLM(URL_OF_MODEL, { transport: scriptedTransport([answer, answer]) });
    const none = undefined as unknown as object;
    expect(await llm.withConfig(none).invoke("Why?")).toBe("a");
    expect(
      await llm
        .withConfig({ stop: ["x"] })
        .withConfig(none)
        .invoke("Why?"),
    ).toBe("a");
  });

  it("is a binding by the name that LangChain knows", () => {
    const binding = new ModelBinding(bindingOf(new DeltaLLM(URL_OF_MODEL), {}));
    expect(binding).toBeInstanceOf(RunnableBinding);
    expect(binding.lc_id.at(-1)).toBe("RunnableBinding");
  });
});

describe("ChatModelBinding", () => {
  it("gives content-block events without a version", async () => {
    const body = '{"text":"a","done":true}\n';
    const transport = scriptedTransport([
      { headers: { "content-type": "application/x-ndjson" }, body },
    ]);
    const chat = new DeltaChat({ url: URL_OF_MODEL, transport });
    const binding = new ChatModelBinding(bindingOf(chat, {}));
    const events: unknown[] = [];
    for await (const event of binding.streamEvents("x")) events.push(event);
    expect(JSON.stringify(events)).toContain('"message-start"');
  });
});
