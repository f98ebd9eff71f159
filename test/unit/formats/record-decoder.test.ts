import { describe, expect, it } from "vitest";
import type { RecordEnvelope } from "../../../src/formats/format.js";
import { NO_RECORDS, RecordDecoder, thenThrow } from "../../../src/formats/record-decoder.js";
import { bytesOf } from "../../helpers/every-cut.js";

const FAILURE = new Error("malformed");

/** A record for each character; `!` is malformed, upper-case ones have an envelope. */
class Characters extends RecordDecoder<string> {
  readonly reads: string[] = [];

  protected read(bytes: Uint8Array): void {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    this.reads.push(text);
    for (const character of text) {
      if (character === "!") throw FAILURE;
      const envelope: RecordEnvelope = { event: character, lastEventId: "" };
      if (/[A-Z]/.test(character)) this.emitIn(envelope, `${this.count}${character}`);
      else this.emit(`${this.count}${character}`);
    }
  }

  protected finish(): void {
    this.emit("end");
  }
}

describe("RecordDecoder", () => {
  it("gives what each call completed, with its index", () => {
    const decoder = new Characters();
    expect([...decoder.decode(bytesOf("ab"))]).toEqual(["0a", "1b"]);
    expect(decoder.decode(bytesOf(""))).toBe(NO_RECORDS);
    expect([...decoder.decode(bytesOf("c"))]).toEqual(["2c"]);
    expect([...decoder.flush()]).toEqual(["end"]);
  });

  it("gives the records before a malformed one, then the failure, and stays failed", () => {
    const decoder = new Characters();
    const given: string[] = [];
    const reading = (): void => {
      for (const record of decoder.decode(bytesOf("ab!c"))) given.push(record);
    };
    expect(reading).toThrow(FAILURE);
    expect(given).toEqual(["0a", "1b"]);
    expect(() => decoder.decode(bytesOf("d"))).toThrow(FAILURE);
    expect(() => decoder.flush()).toThrow(FAILURE);
  });

  it("throws at once where no record stands before the malformed one", () => {
    expect(() => new Characters().decode(bytesOf("!"))).toThrow(FAILURE);
  });

  it("puts envelopes at the places of their records, for one call", () => {
    const decoder = new Characters();
    decoder.decode(bytesOf("aBc"));
    expect(decoder.envelopes?.[0]).toBeUndefined();
    expect(decoder.envelopes?.[1]).toEqual({ event: "B", lastEventId: "" });
    decoder.decode(bytesOf("d"));
    expect(decoder.envelopes).toBeUndefined();
  });

  it("drops one byte order mark at the beginning, however it is cut", () => {
    const mark = bytesOf("\ufeff");
    for (const cut of [1, 2, 3]) {
      const decoder = new Characters();
      decoder.decode(mark.subarray(0, cut));
      decoder.decode(mark.subarray(cut));
      expect([...decoder.decode(bytesOf("a\ufeff"))]).toEqual(["0a", "1\ufeff"]);
    }
  });

  it("reads what only looked like the beginning of one", () => {
    const decoder = new Characters();
    const held = bytesOf("\ufeff").subarray(0, 2);
    expect([...decoder.decode(held)]).toEqual([]);
    const records = [...decoder.decode(bytesOf("a"))];
    expect(records.at(-1)).toMatch(/a$/);
    expect(records.length).toBeGreaterThan(1);
    const unfinished = new Characters();
    unfinished.decode(held);
    expect([...unfinished.flush()].length).toBeGreaterThan(1);
  });
});

describe("thenThrow", () => {
  it("gives the records, and then fails", () => {
    const reading = thenThrow([1, 2], FAILURE);
    expect([reading.next().value, reading.next().value]).toEqual([1, 2]);
    expect(() => reading.next()).toThrow(FAILURE);
  });
});
