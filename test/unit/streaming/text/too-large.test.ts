import { describe, expect, it } from "vitest";
import { ChunkParseError, ResponseTooLargeError } from "../../../../src/errors.js";
import { Rope } from "../../../../src/streaming/text/rope.js";
import { asRecordError } from "../../../../src/streaming/text/too-large.js";
import { runScripted } from "../../../helpers/run-scripted.js";

const DEEP = "[".repeat(20_000) + "]".repeat(20_000);

describe("records nested thousands of levels deep", () => {
  it("are an answer, or an error of our own behind what came before", async () => {
    const line = (text: string) => `{"text":"${text}","metadata":{"deep":${DEEP}}}\n`;
    const one = await runScripted({}, [{ headers: {}, body: [line("a")] }]);
    expect([one.text, one.error]).toEqual(["a", undefined]);
    // Metadata is compared with what was said before, but no deeper than a stack allows.
    const two = await runScripted({}, [{ headers: {}, body: [line("a") + line("b")] }]);
    expect([two.text, two.error]).toEqual(["ab", undefined]);
    const list = await runScripted({}, [{ headers: {}, body: [`${line("a")}${DEEP}\n`] }]);
    expect(list.text).toBe("a");
    expect(list.error).toMatchObject({ code: "CHUNK_PARSE", index: 1, partial: "a" });
    expect((list.error as Error).cause).toBeInstanceOf(RangeError);
  });
});

describe("asRecordError", () => {
  it("keeps what is no matter of size", () => {
    const error = new TypeError("x");
    expect(asRecordError(error, undefined, 0)).toBe(error);
  });

  it("knows Node's error for a string that is too long", () => {
    const tooLong = Object.assign(new Error("too long"), { code: "ERR_STRING_TOO_LONG" });
    expect(asRecordError(tooLong, "x", 3)).toBeInstanceOf(ChunkParseError);
  });
});

describe("Rope", () => {
  it("gives all of many pieces", () => {
    const text = new Rope();
    for (let i = 0; i < 1000; i++) text.add("ab");
    text.add("");
    expect(text.toString()).toBe("ab".repeat(1000));
  });

  it("holds no more than a string can, and stays what it was", () => {
    const text = new Rope(5);
    text.add("abc");
    expect(() => text.add("def")).toThrow(ResponseTooLargeError);
    expect(text.toString()).toBe("abc");
    text.add("de");
    expect(text.toString()).toBe("abcde");
    text.clear();
    text.add("fghij");
    expect(text.toString()).toBe("fghij");
  });
});
