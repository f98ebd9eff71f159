import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage, AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import {
  MESSAGE_MARK,
  promptOf,
  refusalError,
  registerBlockTranslator,
  separateOptions,
  toolCallDelta,
  tracedParams,
} from "../../../src/langchain/core-members.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

describe("Members of LangChain", () => {
  it("know a message by its mark", () => {
    expect(Reflect.get(new HumanMessage("x"), MESSAGE_MARK)).toBe(true);
  });

  it("make a prompt of every input", () => {
    expect(promptOf("Why?").toString()).toBe("Why?");
    expect(promptOf([new HumanMessage("Why?")]).toChatMessages()).toHaveLength(1);
  });

  it("separate a run's configuration from the call's options", () => {
    const handler = BaseCallbackHandler.fromMethods({});
    const options = { callbacks: [handler], stop: ["x"] };
    const [config, rest] = separateOptions<{ stop: string[] }>(
      new DeltaLLM("http://x.test/"),
      options,
    );
    expect(config.callbacks).toEqual([handler]);
    expect(rest.stop).toEqual(["x"]);
  });

  it("say what a trace shows of a call", () => {
    const { params, options } = tracedParams(new DeltaLLM("http://x.test/"), { stop: ["x"] });
    expect(params).toMatchObject({ _type: "delta" });
    expect(options).toBeDefined();
  });

  it("have an error for a refusal, with its words", () => {
    const refusal = { type: "refusal", refusal: "I will not." };
    const error = refusalError(refusal, new AIMessageChunk(""));
    expect(error.message + JSON.stringify(error)).toContain("I will not.");
  });

  it("show pieces of calls, in one of two ways", () => {
    expect(["tool-call-delta", "block-delta"]).toContain(toolCallDelta("p", "so far").type);
  });

  it("read the blocks of a provider that is registered", () => {
    const blocks = [{ type: "text" as const, text: "translated" }];
    registerBlockTranslator("test-provider", () => blocks);
    const message = new AIMessage({
      content: "x",
      response_metadata: { model_provider: "test-provider" },
    });
    expect(message.contentBlocks).toEqual(blocks);
  });
});
