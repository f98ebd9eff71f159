import { once } from "node:events";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UnexpectedContentTypeError } from "../../../../src/errors.js";
import { contentEncodings, DECODERS } from "../../../../src/transport/undici/content-coding.js";

const of = (encoding: string) => contentEncodings({ "content-encoding": encoding });

describe("contentEncodings", () => {
  it("are in the order of undoing", () => {
    expect(contentEncodings({})).toEqual([]);
    expect(of("gzip")).toEqual(["gzip"]);
    expect(of("deflate, BR ,x-gzip")).toEqual(["x-gzip", "br", "deflate"]);
  });

  it("leave out words that name none", () => {
    expect(of("none")).toEqual([]);
    expect(of("identity, gzip, utf-8, , constructor")).toEqual(["gzip"]);
  });

  it("are refused where one cannot be undone, or there are too many", () => {
    expect(() => of("compress")).toThrow(UnexpectedContentTypeError);
    expect(() => of("gzip, dcb")).toThrow(/content-encoding "dcb"/);
    expect(of(Array(4).fill("gzip").join())).toHaveLength(4);
    expect(() => of(Array(5).fill("gzip").join())).toThrow(/5 content codings/);
  });
});

describe("DECODERS", () => {
  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("undo %s, also where it is raw", async (name, compress) => {
    const bytes = compress(Buffer.from("text"));
    const stream = DECODERS[name]!(bytes[0]!);
    stream.end(bytes);
    let text = "";
    stream.on("data", (piece: Buffer) => (text += piece.toString()));
    await once(stream, "end");
    expect(text).toBe("text");
  });
});
