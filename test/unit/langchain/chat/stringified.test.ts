import { HumanMessage, SystemMessage, type BaseMessage } from "@langchain/core/messages";
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
});
