import { describe, expect, it } from "vitest";
import { EventNames } from "../../../../src/formats/fast/event-names.js";
import { sse } from "../../../../src/formats/sse.js";
import { LIMITS } from "../../../helpers/every-cut.js";

describe("EventNames", () => {
  it("finds a line that it knows wherever it stands, with its line end", () => {
    const names = new EventNames();
    names.add("event: delta", "delta");
    names.add("event: delta.done", "delta.done");
    const bytes = Buffer.from("x\nevent: delta\nevent: delta.done\nevent: delta.don");
    expect(names.find(bytes, 2)?.name).toBe("delta");
    expect(names.find(bytes, 2 + "event: delta\n".length)?.name).toBe("delta.done");
    expect(names.find(bytes, 0)).toBeUndefined();
    expect(names.find(bytes, bytes.length - "event: delta.don".length)).toBeUndefined();
  });

  it("does not keep lines that are long, or not ASCII, or more than a provider has events", () => {
    const names = new EventNames();
    const lines = ["event: é", `event: ${"x".repeat(80)}`];
    for (const line of lines) names.add(line, line);
    for (const line of lines) expect(names.find(Buffer.from(`${line}\n`), 0)).toBeUndefined();
    for (let n = 0; n < 100; n++) names.add(`event: ${n}`, `${n}`);
    expect(names.find(Buffer.from("event: 3\n"), 0)?.name).toBe("3");
    expect(names.find(Buffer.from("event: 99\n"), 0)).toBeUndefined();
  });
});

describe("sse() with names of events", () => {
  /** The names of a stream's events, in reads of one event, and all in one. */
  function namesOf(events: readonly string[]): (string | undefined)[][] {
    const format = sse();
    const inReads = (reads: readonly string[]): (string | undefined)[] => {
      const decoder = format.createDecoder(LIMITS);
      return reads.flatMap((read) => {
        const records = [...decoder.decode(Buffer.from(read))];
        return records.map((_, at) => decoder.envelopes?.[at]?.event);
      });
    };
    return [inReads(events), inReads([events.join("")]), inReads(events)];
  }

  it("gives each record its own name, the first time and when it is known", () => {
    const data = 'data: {"n":1}\n\n';
    const events = [
      "event: a\n",
      "event: b\n",
      "",
      "event: a\n",
      "event:b\n",
      "event\n",
      "event: é\n",
    ];
    for (const names of namesOf(events.map((event) => event + data))) {
      expect(names).toEqual(["a", "b", undefined, "a", "b", undefined, "é"]);
    }
  });

  it("forgets the name of an event that has no data", () => {
    const names = namesOf([
      "event: a\n\n",
      'data: {"n":1}\n\n',
      "event: a\n\n",
      'data: {"n":2}\n\n',
    ]);
    for (const one of names) expect(one).toEqual([undefined, undefined]);
  });

  it("takes the last of several names", () => {
    const names = namesOf(['event: a\nevent: b\ndata: {"n":1}\n\n', 'data: {"n":1}\nevent: a\n\n']);
    for (const one of names) expect(one).toEqual(["b", "a"]);
  });
});
