import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EndMark } from "../../../../src/formats/end-mark.js";
import { EventNames } from "../../../../src/formats/fast/event-names.js";
import { EventReader } from "../../../../src/formats/fast/event-reader.js";
import { RawSseDecoder } from "../../../../src/formats/sse-decoder.js";
import { cut, decodedBy } from "../../../helpers/every-cut.js";
import { budget } from "../../../helpers/properties.js";

class Events extends RawSseDecoder {
  constructor(names: EventNames | undefined, maxRecordBytes: number) {
    const endMark = EndMark.of("[DONE]");
    super({ maxRecordBytes }, { endMark, strict: false, eventNames: names });
    this.reader = names && new EventReader(this, names);
  }
}

const SOME = fc.constantFrom(
  ...["data: a\n\n", 'data: {"b":"é"}\n\n', "event: delta\ndata: c\n\n", "data:d\r\n\r\n"],
  ...["event: delta\n", "data: e\n", "data: f\r", "id: 1\n", ": keep-alive\n\n", "\n", "\r\n"],
  ...["data: [DONE]\n\n", "error: it failed\n\n", `data: ${"x".repeat(5000)}\n\n`, "data", "{}\n"],
);

describe("EventReader", () => {
  it("gives what a decoder gives that reads for itself", () => {
    const names = new EventNames();
    const input = fc.array(SOME, { maxLength: 30 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        input,
        fc.array(fc.oneof(fc.nat(20), fc.nat(9000))),
        fc.constantFrom(40, 1e6),
        (text, cuts, most) => {
          const pieces = cut(new TextEncoder().encode(text), cuts);
          const fast = decodedBy(new Events(names, most), pieces);
          const plain = decodedBy(new Events(undefined, most), pieces);
          expect(fast).toEqual(plain);
        },
      ),
      budget(4),
    );
  });
});
