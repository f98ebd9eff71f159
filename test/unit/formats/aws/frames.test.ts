import { describe, expect, it } from "vitest";
import { ChunkParseError } from "../../../../src/errors.js";
import { copyOf, FrameDecoder, type FrameHeaders } from "../../../../src/formats/aws/frames.js";
import { concat, event, exception, frame } from "../../../helpers/aws-frames.js";

/** The event's name, and its payload as text. */
class Events extends FrameDecoder<unknown> {
  protected takeEvent({ values }: FrameHeaders, bytes: Uint8Array, start: number, end: number) {
    const text = new TextDecoder().decode(bytes.subarray(start, end));
    this.emit([values[":event-type"], text]);
  }
}
const decoder = () => new Events({ maxRecordBytes: 1000 });

describe("FrameDecoder", () => {
  it("gives the events, with their headers", () => {
    const wire = concat(event("a", { x: 1 }), event("a", { x: 2 }), frame({}, "plain"));
    expect([...decoder().decode(wire)]).toEqual([
      ["a", '{"x":1}'],
      ["a", '{"x":2}'],
      [undefined, "plain"],
    ]);
  });

  it("puts an exception into the envelope", () => {
    const frames = decoder();
    frames.decode(exception("throttlingException", { message: "slow" }));
    expect(frames.envelopes?.[0]).toMatchObject({ error: { message: "slow" } });
  });

  it("trusts nothing that was changed on its way", () => {
    const long = event("a", { x: "long".repeat(150) });
    for (const [wire, bits] of [
      [event("a", { x: 1 }), [1, 2, 4, 8, 16, 32, 64, 128]],
      [long, [16]],
    ] as const) {
      expect([...decoder().decode(wire)]).toHaveLength(1);
      for (let at = 0; at < wire.length; at++) {
        for (const bit of bits) {
          const changed = Uint8Array.from(wire);
          changed[at]! ^= bit;
          const read = (): unknown => [...decoder().decode(changed)];
          expect(read, `${at}, ${bit}`).toThrow(ChunkParseError);
        }
      }
    }
  });

  it("tells headers apart from those of the frame before, wherever they differ", () => {
    const names = ["abcdefg", "abcdef", "abcdefgh"];
    for (let at = 0; at < 7; at++)
      names.push(`abcdefg`.slice(0, at) + "-" + `abcdefg`.slice(at + 1));
    const events = names.flatMap((name) => [name, "abcdefg", "abcdefg"]);
    const wire = concat(...events.map((name) => event(name, {})));
    expect([...decoder().decode(wire)]).toEqual(events.map((name) => [name, "{}"]));
  });

  it("says what it got in place of a frame, and where the stream was cut", () => {
    expect(() => [...decoder().decode(Buffer.from('{"message":"no"}'))]).toThrow(/the text "?.?\{/);
    const cut = decoder();
    cut.decode(event("a", {}).subarray(0, 20));
    expect(() => [...cut.flush()]).toThrow(/it was cut off/);
  });
});

describe("copyOf", () => {
  it("has memory of its own", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const copy = copyOf(bytes, 1, 3);
    bytes.fill(0);
    expect([...copy]).toEqual([2, 3]);
  });
});
