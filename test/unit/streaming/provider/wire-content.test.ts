import { describe, expect, it } from "vitest";
import { WireContent } from "../../../../src/streaming/provider/wire-content.js";
import { valueOf } from "../../../../src/streaming/provider/wire-record.js";

function contentOf(value: unknown, name: unknown, ...given: string[]): string | undefined {
  const content = new WireContent(() => given);
  content.take(value, name);
  return content.found;
}

/** What is found in records of one text each. */
function foundIn(...texts: string[]): string | undefined {
  const content = new WireContent(() => []);
  for (const text of texts) content.take({ text }, undefined);
  return content.found;
}

const call = { index: 0, id: "1", type: "function", function: { name: "now", arguments: "" } };

describe("WireContent", () => {
  it.each<[string, unknown]>([
    ["choices[0].text", { choices: [{ text: "a", finish_reason: null }] }],
    ["choices[0].delta.content", { choices: [{ delta: { role: "assistant", content: "a" } }] }],
    [
      "choices[1].delta.content",
      { choices: [{ delta: { content: "" } }, { delta: { content: "a" } }] },
    ],
    [
      "choices[0].delta.content[1].text",
      { choices: [{ delta: { content: [{ type: "thinking" }, { type: "text", text: "a" }] } }] },
    ],
    ["choices[0].message.content", { choices: [{ message: { role: "assistant", content: "a" } }] }],
    ["message.content", { message: { role: "assistant", content: "a" }, done: false }],
    ["message.content[0].text", { message: { content: [{ type: "text", text: "a" }] } }],
    ["delta.text", { type: "content_block_delta", delta: { type: "text_delta", text: "a" } }],
    ["delta", { type: "response.output_text.delta", delta: "a" }],
    ["delta", { type: "TEXT_MESSAGE_CONTENT", delta: "a" }],
    ["response", { response: "a", done: false }],
    ["content", { content: "a", stop: false }],
    ["content[0].text", { role: "assistant", content: [{ type: "text", text: "a" }] }],
    ["token.text", { index: 1, token: { id: 2, text: "a" }, generated_text: null }],
    ["[0].generated_text", [{ generated_text: "a" }]],
    [
      "candidates[0].content.parts[1].text",
      {
        candidates: [
          { content: { role: "model", parts: [{ text: "b", thought: true }, { text: "a" }] } },
        ],
      },
    ],
    ["answer", { event: "message", answer: "a" }],
    ["data.text", { event: "text_chunk", data: { text: "a" } }],
    [
      "delta.message.content.text",
      { type: "content-delta", delta: { message: { content: { text: "a" } } } },
    ],
    ["contentBlockDelta.delta.text", { contentBlockDelta: { delta: { text: "a" } } }],
    ["output.message.content[0].text", { output: { message: { content: [{ text: "a" }] } } }],
    ["output.text", { output: { text: "a" } }],
    ["output[0]", { status: "succeeded", output: ["a", "b"] }],
    ["results[0].generated_text", { results: [{ generated_text: "a" }] }],
    ["result.response", { result: { response: "a" } }],
    [
      "response.output[0].content[0].text",
      {
        type: "response.completed",
        response: { output: [{ type: "message", content: [{ type: "output_text", text: "a" }] }] },
      },
    ],
  ])("finds %s", (place, record) => {
    expect(contentOf(record, undefined)).toBe(`${place}: "a"`);
    expect(contentOf(valueOf(JSON.stringify(record)), "message")).toBe(`${place}: "a"`);
  });

  it.each<[string, unknown]>([
    [
      "choices[0].delta.tool_calls[0].function.name",
      { choices: [{ delta: { tool_calls: [call] } }] },
    ],
    ["message.tool_calls[0].function.name", { message: { content: "", tool_calls: [call] } }],
    [
      "candidates[0].content.parts[0].functionCall.name",
      { candidates: [{ content: { parts: [{ functionCall: { name: "now", args: {} } }] } }] },
    ],
  ])("finds the call in %s", (place, record) => {
    expect(contentOf(record, undefined)).toBe(`${place}: "now"`);
  });

  it.each([
    [null],
    ["a text"],
    [{ text: "" }],
    [{ text: " \n" }],
    [{ text: 1 }],
    [{ text: { format: { type: "text" } } }],
    [{ content: [[{ text: "a" }]] }],
    [{ result: "success" }],
    [{ message: "Looking for a free worker." }],
    [{ data: "a" }],
    [JSON.parse('{"__proto__": {"__proto__": {"text": "a"}, "text": "a"}}')],
    [JSON.parse('{"constructor": "a", "__proto__": {"text": "a"}, "toString": {"text": "a"}}')],
    [{ choices: [{ delta: { reasoning_content: "a" } }] }],
    [{ type: "content_block_delta", delta: { type: "thinking_delta", thinking: "a" } }],
    [{ type: "response.reasoning_summary_text.delta", delta: "a" }],
    [{ type: "response.function_call_arguments.delta", delta: "{}" }],
    [{ type: "response.audio.delta", delta: "UklGRg" }],
    [{ type: "tool_result", content: "a" }],
    [{ event: "agent_thought", text: "a" }],
    [{ event: "node_finished", data: { text: "a" } }],
    [{ type: "status", content: "a" }],
    [{ role: "user", content: "a" }],
    [{ type: "human", content: "a" }],
    [{ message: { role: "tool", content: "a" } }],
    [{ candidates: [{ content: { parts: [{ text: "a", thought: true }] } }] }],
    [{ type: "response.created", response: { instructions: "a", output: [] } }],
    [{ results: [{ title: "a", content: "a" }] }],
  ])("finds nothing of the answer in %j", (record) => {
    expect(contentOf(record, undefined)).toBeUndefined();
  });

  it("finds nothing in what is named after another part", () => {
    expect(contentOf({ text: "a" }, "answer")).toBe('text: "a"');
    expect(contentOf({ text: "a" }, "search_results")).toBeUndefined();
    expect(contentOf({ text: "a" }, "thinking")).toBeUndefined();
  });

  it.each([
    [{ token: { text: "</s>", special: true } }],
    [{ message_type: "reasoning_message", content: "a" }],
    [{ message_type: "tool_return_message", content: "a" }],
    [{ message_type: "hidden_user_message", content: "a" }],
    [{ event: "add_message", data: { sender: "User", text: "a" } }],
    [{ type: "knowledge", content: "a" }],
    [{ type: "sources", content: "a" }],
    [{ type: "citation", text: "a" }],
    [{ type: "data-weather", data: { text: "a" } }],
    [{ type: "response.refusal.delta", delta: "a" }],
    [{ choices: [{ delta: { content: "a", phase: "think" } }] }],
    [{ choices: [{ delta: { content: "a", channel: "analysis" } }] }],
    [["a"]],
  ])("finds nothing in what is told beside the answer, in %j", (record) => {
    expect(contentOf(record, undefined)).toBeUndefined();
  });

  it("takes what the caller has said for none of the answer", () => {
    const echo = { generated_text: "Why?" };
    expect(contentOf([echo], undefined, "Be short.", "Why?")).toBeUndefined();
    expect(contentOf([echo], undefined, "Why")).toBe('[0].generated_text: "Why?"');
    expect(contentOf([{ text: "Why?" }, { text: "So" }], undefined, "Why?")).toBe('[1].text: "So"');
  });

  it.each([
    ["<think>", "a", " b"],
    ["<", "think", ">", "a"],
    [" \n<think>a"],
    ["[THINK]", "a"],
    ["<|channel|>", "analysis", "a"],
    ["<think>", "a", "</think>", "\n"],
    ["<think>a</think>\n\n"],
    ["</s>"],
    ["<|im_end|>", "<pad>"],
  ])("finds nothing in thoughts and marks, which hooks take out: %j", (...texts) => {
    expect(foundIn(...texts)).toBeUndefined();
  });

  it.each([
    ["<think>", "a", "</think>", "b"],
    ["<think>a</think>b"],
    ["<think>a</", "think>b"],
    ["<p>", "b"],
    ["</s>", "b"],
  ])("finds what follows thoughts and marks: %j", (...texts) => {
    expect(foundIn(...texts)).toMatch(/b"$/);
  });

  it("shows the beginning of what is said, on one line", () => {
    expect(contentOf({ text: `a\n${"b".repeat(100)}` }, undefined)).toBe(
      `text: "a\\n${"b".repeat(75)}…`,
    );
  });
});
