import { describe, expect, it } from "vitest";
import { DeltaOutlet } from "../../../../src/streaming/answer/delta-outlet.js";

describe("DeltaOutlet", () => {
  it("gives each delta once, in order", () => {
    const outlet = new DeltaOutlet();
    expect([outlet.take(), outlet.isUsed]).toEqual([[], false]);
    outlet.emit({ text: "a" });
    outlet.emit({ text: "b" });
    expect([outlet.take(), outlet.take(), outlet.isUsed]).toEqual([
      [{ text: "a" }, { text: "b" }],
      [],
      true,
    ]);
  });

  it("holds facts until there is something to leave with", () => {
    const outlet = new DeltaOutlet();
    outlet.hold({ id: "1", metadata: { a: 1 } });
    outlet.hold({ model: "m", metadata: { b: 2 } });
    expect([outlet.take(), outlet.isUsed]).toEqual([[], false]);
    outlet.emit({ text: "x", metadata: { b: 3 } });
    outlet.emit({ text: "y" });
    expect(outlet.take()).toEqual([
      { id: "1", model: "m", text: "x", metadata: { a: 1, b: 3 } },
      { text: "y" },
    ]);
  });

  it("holds back text that may become a stop sequence, and gives it before what ends the text", () => {
    const outlet = new DeltaOutlet(["END"]);
    outlet.emitText("one E");
    expect([outlet.take(), outlet.heldText]).toEqual([[{ text: "one " }], "E"]);
    outlet.emitParts("N", { refusal: "no" }, true);
    expect([outlet.take(), outlet.heldText]).toEqual([[{ text: "EN", refusal: "no" }], ""]);
    outlet.emitText("END and more");
    expect([outlet.take(), outlet.stopped]).toEqual([[], true]);
  });

  it("gives a block behind the piece that it may belong to", () => {
    const outlet = new DeltaOutlet();
    const blocks = [{ type: "citation" }];
    outlet.emitParts("a", { id: "1", blocks }, true);
    outlet.emitParts("", { blocks }, true);
    expect(outlet.take()).toEqual([
      { text: "a", id: "1" },
      { text: "", blocks },
      { text: "", blocks },
    ]);
  });

  it("holds very many facts, told one by one, and leaves what it was given as it is", () => {
    const outlet = new DeltaOutlet();
    const first = { id: "a", metadata: { first: 1 } };
    outlet.hold(first);
    for (let at = 0; at < 50_000; at++) outlet.hold({ metadata: { [`name-${at}`]: at } });
    outlet.hold({ metadata: { first: 2 } });
    outlet.emit({ text: "b", metadata: { last: 3 } });
    outlet.emit({ text: "c", metadata: { last: 4 } });
    const [delta, next] = outlet.take();
    expect(Object.keys(delta!.metadata!)).toHaveLength(50_002);
    expect(delta).toMatchObject({ id: "a", text: "b", metadata: { first: 2, last: 3 } });
    expect(next).toEqual({ text: "c", metadata: { last: 4 } });
    expect(first).toEqual({ id: "a", metadata: { first: 1 } });
  });
});
