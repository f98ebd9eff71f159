import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  HookError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "../../../../src/errors.js";
import { BodyCheck, bytesOf } from "../../../../src/transport/fetch/body-check.js";

const bytes = (length: number) => new Uint8Array(length).fill(120);

describe("BodyCheck", () => {
  const endOf = (type: string, headers: Record<string, string>, length: number) => {
    const check = new BodyCheck(type, headers);
    check.add(bytes(length));
    return check.failureAtEnd();
  };

  it("finds out a body that is shorter than its content-length", () => {
    expect(endOf("basic", { "content-length": "9" }, 5)).toBeInstanceOf(TruncatedStreamError);
    expect(endOf("basic", { "content-length": "9" }, 5)!.message).toContain("4 bytes are missing");
    const plain = { "content-length": "9", "content-encoding": "identity" };
    expect(endOf("basic", plain, 5)).toBeInstanceOf(TruncatedStreamError);
  });

  it.each<[string, string, Record<string, string>]>([
    ["that is whole", "basic", { "content-length": "5" }],
    ["of unknown length", "basic", {}],
    ["that was decoded", "basic", { "content-length": "9", "content-encoding": "gzip" }],
    ["whose encoding a page is not shown", "cors", { "content-length": "9" }],
    ["whose length is no number", "basic", { "content-length": "9, 9" }],
  ])("says nothing of a body %s", (_, type, headers) => {
    expect(endOf(type, headers, 5)).toBeUndefined();
  });

  it.each<[string, Uint8Array]>([
    ["gzip", gzipSync("text")],
    ["zstd", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0])],
    ["GZIP, Snappy", bytes(4)],
  ])("refuses data in %s that nobody has decoded", (coding, data) => {
    const headers = { "content-encoding": coding, "content-type": "text/plain" };
    const check = new BodyCheck("basic", headers);
    check.add(new Uint8Array());
    expect(() => check.add(data)).toThrow(UnexpectedContentTypeError);
    expect(() => new BodyCheck("basic", headers).add(data)).toThrow(`"${coding}"`);
  });

  it("lets what was decoded pass, and words that name no coding", () => {
    for (const coding of ["gzip", "br", "utf-8", "none"]) {
      const check = new BodyCheck("basic", { "content-encoding": coding });
      expect(() => check.add(bytes(4))).not.toThrow();
    }
    // Not compressed, by what the server says.
    expect(() => new BodyCheck("basic", {}).add(gzipSync("text"))).not.toThrow();
  });
});

describe("bytesOf", () => {
  it("takes bytes, also those of another realm and of other views", () => {
    const own = bytes(2);
    expect(bytesOf(own)).toBe(own);
    expect([...bytesOf(runInNewContext("new Uint8Array([1, 2])"))]).toEqual([1, 2]);
    expect([...bytesOf(new DataView(bytes(4).buffer, 1, 2))]).toEqual([120, 120]);
  });

  it("refuses anything else", () => {
    expect(() => bytesOf("text")).toThrow(HookError);
    expect(() => bytesOf("text")).toThrow("string values");
  });
});
