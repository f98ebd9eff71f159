import { OutputParserException } from "@langchain/core/output_parsers";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { StreamedMessageChunk } from "../../../../src/langchain/chat/streamed-message-chunk.js";
import { StructuredAnswerParser } from "../../../../src/langchain/chat/structured-answer-parser.js";

const schema = z.object({ a: z.number() });
const ofContent = StructuredAnswerParser.ofContent(schema);
const ofToolCall = StructuredAnswerParser.ofToolCall(schema, "f");

const text = (content: string, finish_reason = "stop") =>
  new StreamedMessageChunk({ content, response_metadata: { finish_reason } });
const call = (args: string, name = "f") =>
  new StreamedMessageChunk({
    content: "words",
    response_metadata: { finish_reason: "tool_calls" },
    tool_call_chunks: [{ type: "tool_call_chunk", index: 0, id: "1", name, args }],
  });
const parse = (
  parser: Pick<StructuredAnswerParser<object>, "parseResult">,
  message: StreamedMessageChunk,
) => parser.parseResult([new ChatGenerationChunk({ text: message.text, message })]);

describe("StructuredAnswerParser", () => {
  it("gives the object of an answer", async () => {
    expect(await parse(ofContent, text('{"a":1}'))).toEqual({ a: 1 });
    expect(await parse(ofToolCall, call('{"a":1}'))).toEqual({ a: 1 });
  });

  it.each([
    ["of another form", ofContent, text('{"a":"x"}')],
    ["no JSON", ofContent, text("words")],
    ["another tool", ofToolCall, call('{"a":1}', "g")],
    ["no call", ofToolCall, text("words")],
  ])("refuses an answer that is %s", async (_, parser, message) => {
    await expect(parse(parser, message)).rejects.toBeInstanceOf(OutputParserException);
  });

  it("refuses half an object, and says so of a limit", async () => {
    await expect(parse(ofToolCall, call('{"a":1'))).rejects.toThrow(/not a complete JSON object/);
    await expect(parse(ofContent, text('{"a":', "length"))).rejects.toThrow(/limit of tokens/);
  });

  it("names the hooks that have to know of tools where no tool was called", async () => {
    const hint = /buildPayload sends options\.tools and .* parseChunk returns toolCalls\./;
    await expect(parse(ofToolCall, text(""))).rejects.toThrow(hint);
    await expect(parse(ofToolCall, text(""))).rejects.toThrow("It answered: (no text)");
    await expect(parse(ofToolCall, call("{}", "g"))).rejects.not.toThrow(hint);
  });

  it.each([
    ["zod", StructuredAnswerParser.ofContent(z.object({ md: z.string().optional() }))],
    [
      "JSON",
      StructuredAnswerParser.ofContent({ type: "object", properties: { md: { type: "string" } } }),
    ],
  ])("takes a fence in a string for a part of it, with a %s schema", async (_, parser) => {
    const found = { md: "Write ```json {} ```, or ```[1, 2]```, or\n```js\nf();\n```" };
    const json = JSON.stringify(found);
    expect(await parse(parser, text(json))).toEqual(found);
    expect(await parse(parser, text(`Here:\n\`\`\`json\n${json}\n\`\`\`\n`))).toEqual(found);
    await expect(parse(parser, text(`${json} \`\`\``))).rejects.toBeInstanceOf(
      OutputParserException,
    );
  });

  it.each(["null", "[]", '"words"', "1"])(
    "refuses %s for an object of a JSON schema",
    async (json) => {
      const parser = StructuredAnswerParser.ofContent({ type: "object", properties: {} });
      await expect(parse(parser, text(json))).rejects.toThrow(/does not fit the schema, at #/);
      expect(await parse(StructuredAnswerParser.ofContent({}), text(json))).toEqual(
        JSON.parse(json),
      );
    },
  );

  it("gives more and more of it while it streams, and the whole at the end", async () => {
    const pieces = ['{"a"', ":1", "2}"].map((content) => new StreamedMessageChunk(content));
    const objects: unknown[] = [];
    const stream = (async function* () {
      yield* pieces;
    })();
    for await (const object of ofContent.transform(stream, {})) objects.push(object);
    expect(objects.at(-1)).toEqual({ a: 12 });
  });

  it("reads each piece of an answer once, and leaves what it gave as it was", async () => {
    // Read from the start for each piece, these would be a hundred million characters and more.
    const pieces = [
      '{"a":1,"text":"',
      ...Array<string>(20_000).fill("word "),
      '","l":[{}',
      ",{}]}",
    ];
    const stream = (async function* () {
      for (const content of pieces) yield new StreamedMessageChunk(content);
    })();
    const objects: { a?: number; text?: string; l?: unknown[] }[] = [];
    for await (const object of ofContent.transform(stream, {})) objects.push(object);
    expect(objects).toHaveLength(pieces.length + 1);
    expect(objects[10]?.text).toBe("word ".repeat(10).trimEnd());
    expect(objects.slice(-3).map(({ l }) => l)).toEqual([[{}], [{}, {}], undefined]);
    expect(objects.at(-1)).toEqual({ a: 1 });
  });
});
