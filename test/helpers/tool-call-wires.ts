/** Tool calls as servers stream them, for property tests: one way of many to number, name and cut them each. */
import fc from "fast-check";
import type { ToolCallDelta } from "../../src/streaming/delta/stream-delta.js";

export interface WantedCall {
  readonly name: string;
  readonly args: object;
}

/** Different calls: of equal ones some wires could not say whether they are a repetition. */
export const CALLS: fc.Arbitrary<WantedCall[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("get_weather", "get_time", "write_file"),
      args: fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 })),
    }),
    { minLength: 1, maxLength: 4, selector: (call) => JSON.stringify(call) },
  )
  // What JSON says of them, which knows no -0.
  .map((calls) => JSON.parse(JSON.stringify(calls)) as WantedCall[]);

type Choose = () => number;

interface Wire {
  /** The records of a call, each with its deltas. */
  write(call: WantedCall, index: number, choose: Choose): ToolCallDelta[][];
  /** Each piece says which call it is of. */
  readonly mayInterleave: boolean;
}

/** A wire whose pieces hold the arguments, and what `identity` says of each. */
function inPieces(
  identity: (call: WantedCall, index: number, isFirst: boolean) => ToolCallDelta,
  mayInterleave: boolean,
  text: (args: string) => string = (args) => args,
): Wire {
  return {
    mayInterleave,
    write: (call, index, choose) =>
      cut(text(JSON.stringify(call.args)), choose).map((args, at) => [
        { ...identity(call, index, at === 0), args },
      ]),
  };
}

export const WIRES: Readonly<Record<string, Wire>> = {
  "number, and the name first": inPieces(
    ({ name }, index, isFirst) => ({ index, ...(isFirst && { name }) }),
    true,
  ),
  "number, and id and name first": inPieces(
    ({ name }, index, isFirst) => ({ index, ...(isFirst && { id: `id${index}`, name }) }),
    true,
  ),
  "number, and one id for all": inPieces(({ name }, index) => ({ index, id: "id", name }), true),
  'number, and the id "null"': inPieces(
    ({ name }, index, isFirst) => ({ index, id: "null", name: isFirst ? name : "" }),
    true,
  ),
  "number, id and name on every piece": inPieces(
    ({ name }, index) => ({ index, id: `id${index}`, name }),
    true,
  ),
  "number, and another id on every piece": inPieces(
    ({ name }, index, isFirst) => ({
      index,
      id: `id${index} ${isFirst}`,
      ...(isFirst && { name }),
    }),
    true,
  ),
  "id on every piece": inPieces(
    ({ name }, index, isFirst) => ({ id: `id${index}`, ...(isFirst && { name }) }),
    true,
  ),
  "number 0 for all, and the id on every piece": inPieces(
    ({ name }, index) => ({ index: 0, id: `id${index}`, name }),
    true,
  ),
  "number 0 for all, and id and name first": inPieces(
    ({ name }, index, isFirst) => ({ index: 0, ...(isFirst && { id: `id${index}`, name }) }),
    false,
  ),
  "order, and id and name first": inPieces(
    ({ name }, index, isFirst) => (isFirst ? { id: `id${index}`, name } : {}),
    false,
  ),
  "a placeholder first": inPieces(
    ({ name }, index, isFirst) => ({ index, ...(isFirst && { name }) }),
    true,
    (args) => `{}${args}`,
  ),
  "the whole arguments again": inPieces(
    ({ name }, index, isFirst) => ({ index, ...(isFirst && { name }) }),
    true,
    (args) => args + args,
  ),
  "the name in pieces": {
    mayInterleave: false,
    write: ({ name, args }, index, choose) => [
      ...cut(name, choose).map((piece) => [{ index, name: piece, args: "" }]),
      ...cut(JSON.stringify(args), choose).map((piece) => [{ index, args: piece }]),
    ],
  },
  "a name that grows": {
    mayInterleave: false,
    write: ({ name, args }, index, choose) => {
      const lengths = cut(name, choose).map(({ length }) => length);
      const grown = lengths.map((_, at) => lengths.slice(0, at + 1).reduce((x, y) => x + y));
      const names = grown.filter((length) => length > 0).map((end) => name.slice(0, end));
      return [
        ...names.map((known) => [{ index, id: `id${index}`, name: known }]),
        ...cut(JSON.stringify(args), choose).map((piece) => [{ index, args: piece }]),
      ];
    },
  },
  "whole, as objects, without number and id": {
    mayInterleave: false,
    write: ({ name, args }) => [[{ name, args }]],
  },
  "whole, as texts, without number and id": {
    mayInterleave: false,
    write: ({ name, args }) => [[{ name, args: JSON.stringify(args) }]],
  },
  "whole, with a number, again and again": {
    mayInterleave: true,
    write: ({ name, args }, index) => [
      [{ index, name, args }],
      [{ index, name, args: JSON.stringify(args) }],
      [{ index, name }],
    ],
  },
  "several pieces in a record": {
    mayInterleave: true,
    write: ({ name, args }, index, choose) => [
      cut(JSON.stringify(args), choose).map((piece, at) => ({
        index,
        ...(at === 0 && { name }),
        args: piece,
      })),
    ],
  },
};

/** Pieces of a text, some of them empty. */
function cut(text: string, choose: Choose): string[] {
  const cuts = Array.from({ length: choose() % 5 }, () => choose() % (text.length + 1));
  const at = [0, ...cuts.sort((x, y) => x - y), text.length];
  return at.slice(1).map((end, index) => text.slice(at[index], end));
}

/** The items of several queues in any order that keeps theirs. */
export function interleaved<T>(queues: readonly T[][], choose: Choose): T[] {
  const left = queues.map((queue) => [...queue]).filter((queue) => queue.length > 0);
  const all: T[] = [];
  while (left.length > 0) {
    const at = choose() % left.length;
    all.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return all;
}
