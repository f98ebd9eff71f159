import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ToolCallDelta } from "../../src/streaming/delta.js";
import { ToolCallAssembler, type ToolCallPiece } from "../../src/streaming/tool-call-assembler.js";

const RUNS = { seed: 5, numRuns: 300 };

interface Call {
  id?: string;
  name?: string;
  args: string;
}

/** The calls that the pieces add up to. */
function joined(pieces: readonly ToolCallPiece[]): Call[] {
  const calls: Call[] = [];
  for (const { index, args, ...first } of pieces) {
    const call = (calls[index] ??= { args: "" });
    Object.assign(call, first);
    call.args += args;
  }
  return calls;
}

function sorted(...deltas: readonly ToolCallDelta[]): Call[] {
  const sorter = new ToolCallAssembler();
  return joined(deltas.flatMap((delta) => sorter.sort([delta])));
}

const A = { id: "a", name: "f", args: '{"x":1}' };
const B = { id: "b", name: "g", args: '{"y":2}' };

describe("ToolCallAssembler", () => {
  it("keeps calls apart that the provider numbers", () => {
    expect(
      sorted(
        { index: 0, id: "a", name: "f", args: '{"x"' },
        { index: 1, id: "b", name: "g", args: '{"y":' },
        { index: 0, args: ":1}" },
        { index: 1, args: "2}" },
      ),
    ).toEqual([A, B]);
  });

  it("numbers calls without gaps, wherever the provider begins", () => {
    expect(sorted({ index: 3, ...A }, { index: 7, ...B })).toEqual([A, B]);
  });

  it("continues the last call with pieces that say nothing of themselves", () => {
    expect(
      sorted(
        { id: "a", name: "f", args: '{"x"' },
        { args: ":1}" },
        { id: "b", name: "g" },
        { args: '{"y":2}' },
      ),
    ).toEqual([A, B]);
  });

  it("begins a call with a new id though the index is repeated", () => {
    expect(
      sorted(
        { index: 0, ...A },
        { index: 0, id: "b", name: "g", args: '{"y"' },
        { index: 0, args: ":2}" },
      ),
    ).toEqual([A, B]);
  });

  it("returns to a call whose id it knows, without an index", () => {
    expect(
      sorted(
        { id: "a", name: "f", args: '{"x"' },
        { id: "b", name: "g", args: '{"y":' },
        { id: "a", args: ":1}" },
        { id: "b", args: "2}" },
      ),
    ).toEqual([A, B]);
  });

  it("says id and name once, though every piece repeats them", () => {
    const pieces = new ToolCallAssembler();
    const [first] = pieces.sort([{ index: 0, id: "a", name: "f", args: '{"x"' }]);
    const [second] = pieces.sort([{ index: 0, id: "a", name: "f", args: ":1}" }]);
    expect(first).toEqual({ index: 0, id: "a", name: "f", args: '{"x"' });
    expect(second).toEqual({ index: 0, args: ":1}" });
  });

  it("takes a name that is repeated for the same call, until that has all its arguments", () => {
    expect(
      sorted({ name: "f", args: '{"x"' }, { name: "f", args: ":1}" }, { name: "f", args: "{}" }),
    ).toEqual([
      { name: "f", args: '{"x":1}' },
      { name: "f", args: "{}" },
    ]);
  });

  it("begins a call with another name", () => {
    expect(sorted({ name: "f" }, { name: "g", args: "{}" })).toEqual([
      { name: "f", args: "" },
      { name: "g", args: "{}" },
    ]);
  });

  it("takes a name that comes after the id", () => {
    expect(sorted({ index: 0, id: "a" }, { index: 0, name: "f", args: A.args })).toEqual([A]);
  });

  it("ignores an id that a nameless piece of a numbered call brings", () => {
    expect(
      sorted({ index: 0, id: "a", name: "f", args: '{"x"' }, { index: 0, id: "z", args: ":1}" }),
    ).toEqual([A]);
  });

  it("takes empty and null fields for absent ones", () => {
    expect(
      sorted(
        { index: null, id: "a", name: "f", args: '{"x"' },
        { id: "", name: "", args: null },
        { id: null, name: null, args: ":1}" },
      ),
    ).toEqual([A]);
  });

  it("takes arguments that are an object", () => {
    expect(
      sorted({ id: "a", name: "f", args: { x: 1 } }, { id: "b", name: "g", args: {} }),
    ).toEqual([A, { ...B, args: "{}" }]);
  });

  it("joins the pieces of one call in one delta", () => {
    const pieces = new ToolCallAssembler().sort([
      { index: 0, id: "a", args: "{" },
      { index: 1, id: "b", name: "g", args: "{}" },
      { index: 0, name: "f", args: "}" },
    ]);
    expect(pieces).toEqual([
      { index: 0, id: "a", name: "f", args: "{}" },
      { index: 1, id: "b", name: "g", args: "{}" },
    ]);
  });

  it("finds the calls again for any cut and any interleaving, by index, by id, or by order", () => {
    const call = fc.record({
      name: fc.constantFrom("f", "g"),
      args: fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 })),
      cuts: fc.array(fc.nat(20), { maxLength: 4 }),
    });
    const styles = fc.constantFrom("index", "index and id", "repeated", "id", "order", "whole");
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 4 }),
        styles,
        fc.infiniteStream(fc.nat(100)),
        (calls, style, choices) => {
          const queues = calls.map(({ name, args, cuts }, index) => {
            const text = JSON.stringify(args);
            const pieces = style === "whole" ? [text] : cutAt(text, cuts);
            return pieces.map((piece, at): ToolCallDelta => {
              const first = at === 0;
              const id = `id${index}`;
              switch (style) {
                case "index":
                  return { index, ...(first && { name }), args: piece };
                case "index and id":
                  return { index, ...(first && { id, name }), args: piece };
                case "repeated":
                  return { index, id, name, args: piece };
                case "id":
                  return { id, ...(first && { name }), args: piece };
                case "order":
                  return { ...(first && { id, name }), args: piece };
                default:
                  return { name, args };
              }
            });
          });
          const mayInterleave = !["order", "whole"].includes(style);
          const deltas = mayInterleave ? interleaved(queues, choices) : queues.flat();
          const found = sorted(...deltas).map(({ name, args }) => ({ name, args }));
          const wanted = calls.map(({ name, args }) => ({ name, args: JSON.stringify(args) }));
          const byText = (x: object, y: object) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1);
          expect(found.sort(byText)).toEqual(wanted.sort(byText));
        },
      ),
      RUNS,
    );
  });
});

function cutAt(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((x, y) => x - y)];
  return at.map((from, index) => text.slice(from, at[index + 1] ?? text.length));
}

function interleaved<T>(queues: readonly T[][], choices: Iterator<number>): T[] {
  const left = queues.map((queue) => [...queue]).filter((queue) => queue.length > 0);
  const all: T[] = [];
  while (left.length > 0) {
    const at = (choices.next().value as number) % left.length;
    all.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return all;
}
