import {
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { refuseStringified } from "../../../../src/langchain/chat/stringified.js";

const check =
  (payload: unknown, messages: readonly BaseMessage[], given: unknown = []) =>
  () => {
    refuseStringified(JSON.stringify(payload), messages, given);
  };
const blocks = new SystemMessage({ content: [{ type: "text", text: "Be brief." }] });
const question = new HumanMessage("Hi");

describe("refuseStringified", () => {
  it("refuses a message, and a list of blocks, that were made a text", () => {
    const message = '"[object HumanMessage]" of a message, or of its content';
    const joined = Object.prototype.toString.call(question);
    expect(check({ prompt: joined }, [question])).toThrow(message);
    const prompt = `<system>${blocks.content as string}`;
    expect(check({ prompt }, [blocks, question])).toThrow('"[object Object]" of a message');
  });

  it("takes all else, such words of the caller's among it", () => {
    expect(check({ prompt: "Hi" }, [blocks])).not.toThrow();
    expect(check({ prompt: "Never write [object Object]." }, [question])).not.toThrow();
    const asked = new HumanMessage("Why does it say [object Object]?");
    expect(check({ prompt: asked.text }, [blocks, asked])).not.toThrow();
    const tools = [{ description: "Mends [object Object]" }];
    expect(check({ tools }, [blocks], tools)).not.toThrow();
  });

  it("takes such words in any option of a call, and beside what has no JSON form", () => {
    const options = { documents: ["It says [object Object]."] };
    expect(check(options, [blocks], options)).not.toThrow();
    const result = new ToolMessage({ content: "1", tool_call_id: "a", artifact: 1n });
    expect(check({ prompt: "[object Object]" }, [blocks, result])).not.toThrow();
  });

  it("costs little for any words", () => {
    const asked = `[object ${"Message".repeat(1_000_000)}`;
    expect(check({ prompt: asked }, [blocks])).not.toThrow();
  });
});
