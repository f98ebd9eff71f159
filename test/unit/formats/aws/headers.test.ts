import { describe, expect, it } from "vitest";
import { MalformedHeaders, readHeaders } from "../../../../src/formats/aws/headers.js";
import { codec } from "../../../helpers/aws-frames.js";

/** The bytes of headers, by the codec of Amazon's own SDK, within others. */
function read(headers: Parameters<typeof codec.formatHeaders>[0]) {
  const bytes = Buffer.concat([Buffer.of(9), codec.formatHeaders(headers), Buffer.of(9)]);
  return readHeaders(bytes, 1, bytes.length - 1);
}

describe("readHeaders", () => {
  it("reads values of every type", () => {
    const uuid = "00112233-4455-6677-8899-aabbccddeeff";
    expect(
      read({
        yes: { type: "boolean", value: true },
        no: { type: "boolean", value: false },
        byte: { type: "byte", value: -1 },
        short: { type: "short", value: -300 },
        integer: { type: "integer", value: 70_000 },
        bytes: { type: "binary", value: Uint8Array.of(1, 2) },
        text: { type: "string", value: "é" },
        time: { type: "timestamp", value: new Date(1234) },
        uuid: { type: "uuid", value: uuid },
      }),
    ).toEqual({
      yes: true,
      no: false,
      byte: -1,
      short: -300,
      integer: 70_000,
      bytes: Uint8Array.of(1, 2),
      text: "é",
      time: new Date(1234),
      uuid,
    });
    expect(read({})).toEqual({});
  });

  it.each([
    ["a name that is cut", [5, 0x61]],
    ["an unknown type", [1, 0x61, 99]],
    ["a value that is cut", [1, 0x61, 7, 0, 5, 0x62]],
  ])("refuses %s", (_, bytes) => {
    expect(() => readHeaders(Buffer.from(bytes), 0, bytes.length)).toThrow(MalformedHeaders);
  });
});
