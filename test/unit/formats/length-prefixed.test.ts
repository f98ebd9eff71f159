import { describe, expect, it } from "vitest";
import { RecordTooLargeError } from "../../../src/errors.js";
import { LengthPrefixedDecoder } from "../../../src/formats/length-prefixed.js";

/** Frames whose first byte is their length, of two bytes of prefix; a record is their text. */
class Frames extends LengthPrefixedDecoder<string> {
  constructor(maxRecordBytes = 100) {
    super(2, { maxRecordBytes });
  }
  protected readPrefix(view: DataView, start: number): number {
    return view.getUint8(start);
  }
  protected readFrame(bytes: Uint8Array, _: DataView, start: number, end: number): void {
    this.emit(new TextDecoder().decode(bytes.subarray(start + 2, end)));
  }
  protected cutOff(beginning: Uint8Array): Error {
    return new Error(`cut off after ${beginning.length}`);
  }
}
const frame = (text: string): number[] => [text.length + 2, 0, ...Buffer.from(text)];
const WIRE = Uint8Array.from([...frame("abc"), ...frame(""), ...frame("defgh")]);

describe("LengthPrefixedDecoder", () => {
  it("gives the same frames wherever the bytes are cut", () => {
    for (let cut = 0; cut <= WIRE.length; cut++) {
      const decoder = new Frames();
      const records = [WIRE.subarray(0, cut), WIRE.subarray(cut)].flatMap((bytes) => [
        ...decoder.decode(bytes),
      ]);
      expect([...records, ...decoder.flush()]).toEqual(["abc", "", "defgh"]);
    }
    const decoder = new Frames();
    const bytes = Array.from(WIRE, (byte) => [...decoder.decode(Uint8Array.of(byte))]);
    expect(bytes.flat()).toEqual(["abc", "", "defgh"]);
  });

  it("refuses a frame that is too long as soon as its prefix is there", () => {
    const decoder = new Frames(10);
    expect(() => [...decoder.decode(Uint8Array.of(11, 0))]).toThrow(RecordTooLargeError);
  });

  it("says that the stream ended inside of one", () => {
    const decoder = new Frames();
    expect([...decoder.decode(WIRE.subarray(0, 3))]).toEqual([]);
    expect(() => [...decoder.flush()]).toThrow("cut off after 3");
  });
});
