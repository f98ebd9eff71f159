import { describe, expect, it } from "vitest";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { StreamDelta } from "http-streaming-llm";
import { collector, throughPipeline, version as versions } from "../../helpers/chat-deltas.js";
import fc from "fast-check";
import { budget } from "../../helpers/properties.js";

const cite = (url: string): StreamDelta => ({
  blocks: [{ type: "text", text: "", annotations: [{ type: "citation", url }] }],
});
const sign = (signature: string): StreamDelta => ({ blocks: [{ type: "reasoning", signature }] });

/** The answer, put together by us, which has to be what LangChain makes of the chunks. */
function answer(version: "v0" | "v1", records: StreamDelta[]): AIMessageChunk {
  const [ours, chunks] = [collector(version), collector(version)];
  const deltas = throughPipeline(records);
  for (const delta of deltas) ours.collect(delta);
  const [first, ...others] = deltas.map((delta) => chunks.add(delta));
  const theirs = others.reduce((sum, chunk) => sum.concat(chunk), first!);
  expect(ours.message().content).toEqual(theirs.message.content);
  return ours.message();
}

const urlsIn = (content: unknown) =>
  JSON.stringify(content)
    .match(/https:\/\/\w/g)
    ?.join(" ");

describe("citations after their text", () => {
  const cited = [
    { text: "One" },
    cite("https://a"),
    cite("https://b"),
    { text: " two" },
    { text: "!" },
    cite("https://c"),
  ];

  it("are all kept beside a string that became blocks (v0)", () => {
    const message = answer("v0", cited);
    expect(message.text).toBe("One two!");
    expect(urlsIn(message.content)).toBe("https://a https://b https://c");
  });

  it("stand in the block of their text (v1)", () => {
    expect(answer("v1", cited).content).toMatchObject([
      { text: "One", annotations: [{ url: "https://a" }, { url: "https://b" }] },
      { text: " two!", annotations: [{ url: "https://c" }] },
    ]);
  });

  it("are kept before any text, and behind other blocks", () => {
    const image = { blocks: [{ type: "image", url: "https://i" }] };
    for (const version of ["v0", "v1"] as const) {
      const records = [image, cite("https://a"), { text: "One" }, image, cite("https://b")];
      expect(urlsIn(answer(version, records).content), version).toBe(
        "https://i https://a https://i https://b",
      );
      expect(answer(version, [cite("https://a"), { text: "One" }]).text).toBe("One");
    }
  });

  it("are all kept in any order", () => {
    const record = fc.oneof(
      fc.constantFrom("a", "b", "c").map((url) => cite(`https://${url}`)),
      fc.constantFrom<StreamDelta>(
        { text: "x" },
        { reasoning: "r" },
        { blocks: [{ type: "image" }] },
      ),
    );
    fc.assert(
      fc.property(versions, fc.array(record, { maxLength: 12 }), (version, records) => {
        const message = answer(version, records);
        expect(urlsIn(message.content)).toBe(urlsIn(records));
        const said = records.map(({ text = "" }) => text).join("");
        expect(message.text).toBe(said);
      }),
      budget(1),
    );
  });
});

describe("signatures of thoughts", () => {
  const thought = [
    { reasoning: "first " },
    { reasoning: "thought" },
    sign("s1"),
    { reasoning: "second" },
    sign("s2"),
    { text: "Done." },
  ];

  it.each(["v0", "v1"] as const)("of thoughts that are not told stay apart (%s)", (version) => {
    const records = [{ reasoning: "first" }, sign("s1"), sign("s2"), { text: "Done." }];
    const { contentBlocks } = answer(version, records);
    expect(contentBlocks.map(({ signature }) => signature)).toEqual(["s1", "s2", undefined]);
  });

  it.each(["v0", "v1"] as const)("stay with their thoughts (%s)", (version) => {
    const message = answer(version, thought);
    expect(message.text).toBe("Done.");
    expect(message.contentBlocks).toMatchObject([
      { type: "reasoning", reasoning: "first thought", signature: "s1" },
      { type: "reasoning", reasoning: "second", signature: "s2" },
      { type: "text", text: "Done." },
    ]);
  });
});
