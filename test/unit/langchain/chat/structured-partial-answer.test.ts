import { JsonOutputParser } from "@langchain/core/output_parsers";
import { describe, expect, it } from "vitest";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";
import {
  PartialContent,
  PartialToolCall,
  type PartialObject,
} from "../../../../src/langchain/chat/structured-partial-answer.js";

const text = (content: string) => new StreamedMessageChunk(content);
const call = (
  args: string,
  fields: { index?: number; id?: string; name?: string } = {},
  end = {},
) =>
  new StreamedMessageChunk({
    content: "",
    response_metadata: end,
    tool_call_chunks: [{ type: "tool_call_chunk", index: 0, args, ...fields }],
  });
const read = (answer: PartialObject, chunks: readonly StreamedMessageChunk[]) =>
  chunks.map((chunk) => answer.next(chunk)).filter((value) => value !== undefined);

const OBJECT = '{"a": "b c", "d": [1, true]}';

describe("PartialContent", () => {
  it.each([
    OBJECT,
    ` \n${OBJECT}\n `,
    `Here it is:\n\`\`\`json\n${OBJECT}\n\`\`\`\nDone. {"a":2}`,
    `\`\`\`${OBJECT}\`\`\``,
    `\`\`\`js\n${OBJECT}`,
    '{"a": "``code``"}',
    '```json\n{"a": "`x`"}\n```',
    "just words",
  ])("gives what LangChain's parser does, as the text %j comes", async (content) => {
    const answer = new PartialContent();
    const parser = new JsonOutputParser();
    let last: unknown;
    let expected: unknown;
    for (let at = 0; at < content.length; at++) {
      last = answer.next(text(content[at]!)) ?? last;
      // Backticks may be the beginning of a fence: they wait for what follows.
      if (content[at] === "`") continue;
      const soFar = content.slice(0, at + 1);
      expected = (await parser.parsePartialResult([{ text: soFar }])) ?? expected;
      expect(last, soFar).toEqual(expected);
    }
  });

  it("finds fences however they are cut", () => {
    const content = `Yes: \`\`\`json\n${OBJECT}\`\`\` {"a":2}`;
    for (let length = 1; length <= content.length; length++) {
      const pieces = content.match(new RegExp(`[^]{1,${length}}`, "g"))!;
      expect(read(new PartialContent(), pieces.map(text)).at(-1)).toEqual(JSON.parse(OBJECT));
    }
  });
});

describe("PartialContent of strings with fences", () => {
  const found = { md: "a ```json {} ``` b `c` ``d`` ```" };
  const json = JSON.stringify(found);

  it.each([json, `Here:\n\`\`\`json\n${json}\n\`\`\` {}`])("reads on in %j", (content) => {
    for (let length = 1; length <= content.length; length++) {
      const answer = new PartialContent();
      const pieces = content.match(new RegExp(`[^]{1,${length}}`, "g"))!;
      expect(read(answer, pieces.map(text)).at(-1)).toEqual(found);
      expect(JSON.parse(answer.json)).toEqual(found);
    }
  });
});

describe("PartialToolCall", () => {
  it("gives the arguments of the tool's call, among others", () => {
    const chunks = [
      call("", { id: "0", name: "other" }),
      call('{"no":1}'),
      call("", { index: 1, id: "1", name: "f" }),
      call('{"a"', { index: 1 }),
      call(": 1", { index: 1 }),
      call("2", { index: 1 }),
      call(" ", { index: 1 }),
      call("}", { index: 1 }, { finish_reason: "stop" }),
    ];
    expect(read(new PartialToolCall("f"), chunks)).toEqual([{}, { a: 1 }, { a: 12 }]);
  });

  it("gives nothing of another tool's, of a list, and of what was cut off", () => {
    const first = { id: "1", name: "f" };
    for (const chunk of [
      call('{"a":1}', { id: "1", name: "g" }),
      call("[1]", first),
      call('{"a":1', first, { finish_reason: "length" }),
      text(OBJECT),
    ]) {
      expect(read(new PartialToolCall("f"), [chunk])).toEqual([]);
    }
  });

  it("looks at no other call again, however many there are", () => {
    const answer = new PartialToolCall("extract");
    const chunkOf = (index: number, name: string) =>
      ({ response_metadata: {}, tool_call_chunks: [{ index, id: "a", name, args: "{" }] }) as never;
    for (let index = 0; index < 60_000; index++) answer.next(chunkOf(index, "other"));
    expect(answer.next(chunkOf(60_000, "extract"))).toEqual({});
  });

  it("takes a call for none of the tool once its name goes on", () => {
    const answer = new PartialToolCall("f");
    expect(answer.next(call('{"a":1', { id: "a", name: "f" }))).toEqual({ a: 1 });
    expect(answer.next(call(',"b":2', { name: "oo" }))).toBeUndefined();
    expect(answer.next(call('{"c":3', { index: 1, id: "b", name: "f" }))).toEqual({ c: 3 });
  });
});
