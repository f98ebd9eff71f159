import * as zlib from "node:zlib";
import { describe, expect, it } from "vitest";
import { TruncatedStreamError } from "../../../../src/errors.js";
import { Inflater } from "../../../../src/transport/undici/inflate.js";

/** All that comes out of an inflater, and the error it ended with. */
function inflate(
  codings: readonly string[],
  pieces: readonly Uint8Array[],
): Promise<{ text: string; error: Error | undefined }> {
  return new Promise((resolve) => {
    const out: Uint8Array[] = [];
    let rest = pieces;
    const inflater = new Inflater(codings, {
      onBytes: (bytes) => out.push(bytes),
      onDrain: feed,
      onEnd: (error) => resolve({ text: Buffer.concat(out).toString(), error }),
    });
    function feed(): void {
      while (rest.length > 0) {
        const [piece, ...others] = rest as [Uint8Array, ...Uint8Array[]];
        rest = others;
        if (others.length === 0) {
          inflater.write(piece);
          inflater.end();
        } else if (!inflater.write(piece)) {
          return;
        }
      }
    }
    feed();
  });
}

type Compress = (content: string | Buffer) => Buffer;
const zstd = Reflect.get(zlib, "zstdCompressSync") as Compress | undefined;
const CODINGS: readonly (readonly [string, string, Compress])[] = [
  ["gzip", "gzip", (content) => zlib.gzipSync(content)],
  ["deflate", "deflate", (content) => zlib.deflateSync(content)],
  ["raw deflate", "deflate", (content) => zlib.deflateRawSync(content)],
  ["br", "br", (content) => zlib.brotliCompressSync(content)],
  ...(zstd ? [["zstd", "zstd", zstd] as const] : []),
];

const TEXTS = ["data: Hel\n\n", "", "data: lo, 天空 🌈\n\n", "x".repeat(100_000), "data: end\n\n"];
const ALL = TEXTS.join("");

describe.each(CODINGS)("Inflater: %s, member by member", (_name, coding, compress) => {
  const members = TEXTS.map((text) => compress(text));
  const bytes = Buffer.concat(members);

  it.each([
    ["in one piece", [bytes]],
    ["each in a piece of its own", members],
    ["byte by byte", Array.from(bytes, (byte) => Uint8Array.of(byte))],
    [
      "cut in members",
      [bytes.subarray(0, members[0]!.length + 3), bytes.subarray(members[0]!.length + 3)],
    ],
  ])("reads all of them: %s", async (_cut, pieces) => {
    expect(await inflate([coding], pieces)).toEqual({ text: ALL, error: undefined });
  });

  it("says that the last one is cut", async () => {
    for (const cut of [1, 3]) {
      const { text, error } = await inflate([coding], [bytes.subarray(0, -cut)]);
      expect(error).toBeInstanceOf(TruncatedStreamError);
      expect(ALL.startsWith(text)).toBe(true);
    }
  });

  it("says that something else follows", async () => {
    const { text, error } = await inflate([coding], [bytes, Buffer.from("\x01 plain text")]);
    expect(error).toBeInstanceOf(TruncatedStreamError);
    expect(text).toBe(ALL);
  });

  it("reads members within members", async () => {
    const inner = Buffer.concat(TEXTS.map((text) => zlib.brotliCompressSync(text)));
    const outer = [inner.subarray(0, 20), inner.subarray(20)].map((part) => compress(part));
    const result = await inflate([coding, "br"], [Buffer.concat(outer)]);
    expect(result).toEqual({ text: ALL, error: undefined });
  });
});

describe("Inflater", () => {
  it("skips zeros after a gzip member", async () => {
    const bytes = [zlib.gzipSync("a"), Buffer.alloc(9), zlib.gzipSync("b"), Buffer.alloc(9)];
    const both = { text: "ab", error: undefined };
    expect(await inflate(["gzip"], [Buffer.concat(bytes)])).toEqual(both);
    expect(await inflate(["x-gzip"], bytes)).toEqual(both);
  });

  it("takes an empty body for whole", async () => {
    expect(await inflate(["br", "gzip"], [new Uint8Array()])).toEqual({ text: "" });
  });

  it("gives up on members without content", async () => {
    const empty = zlib.brotliCompressSync("");
    const { error } = await inflate(["br"], [Buffer.alloc(5000, empty)]);
    expect(error).toBeInstanceOf(TruncatedStreamError);
  });
});
