/** Random answers as deltas, for property tests. */
import fc from "fast-check";
import type { MessageOutputVersion } from "@langchain/core/messages";
import type { StreamDelta } from "http-streaming-llm";
import { MessageAccumulator } from "../../src/langchain/chat/message-accumulator.js";
import type { Delta } from "../../src/streaming/delta/delta.js";
import { budget, GRAPHEMES } from "./properties.js";
import { recordStage } from "./record-stage.js";

/** The same random answers in every run. */
export const RUNS = budget();

export const RUN_ID = "11111111-2222-4333-8444-555555555555";

/** What the pipeline makes of an author's deltas. */
export function throughPipeline(records: readonly StreamDelta[], stop: string[] = []): Delta[] {
  const pipeline = recordStage<StreamDelta>({
    decoder: {
      *decode() {
        yield* records;
        // An answer may be empty, but only by announcement.
        yield { done: true };
      },
      *flush() {
        // Nothing is held back.
      },
    },
    stop,
    endOfStream: "optional",
  });
  const deltas = [...pipeline.push(new Uint8Array()), ...pipeline.end()];
  if (pipeline.failure !== undefined) throw pipeline.failure;
  return deltas;
}

export function collector(version: MessageOutputVersion): MessageAccumulator {
  return new MessageAccumulator(version, RUN_ID);
}

export const version = fc.constantFrom<MessageOutputVersion>("v0", "v1");

/** Anything a parser may return, in any order. */
const anyDelta: fc.Arbitrary<StreamDelta> = fc.record(
  {
    text: fc.string({ maxLength: 4 }),
    reasoning: fc.string({ maxLength: 4 }),
    refusal: fc.string({ maxLength: 2 }),
    toolCalls: fc.array(
      fc.record(
        {
          index: fc.nat(2),
          id: fc.constantFrom("a", "b", "c"),
          name: fc.constantFrom("f", "g"),
          args: fc.constantFrom("", "{", '"x":', "1", "}", "{}", " ", "nonsense"),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    ),
    blocks: fc.array(
      fc.record({ type: fc.constantFrom("image", "audio"), url: fc.string({ maxLength: 3 }) }),
      { maxLength: 2 },
    ),
    usage: fc.record(
      {
        inputTokens: fc.nat(9),
        outputTokens: fc.nat(9),
        totalTokens: fc.nat(9),
        details: fc.record({ reasoningTokens: fc.nat(9) }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
    finishReason: fc.constantFrom("stop", "length", "tool_calls", "odd"),
    id: fc.constantFrom("m1", "m2"),
    model: fc.constantFrom("qwen", "llama"),
    metadata: fc.dictionary(
      fc.constantFrom("a", "b"),
      fc.oneof(
        fc.nat(9),
        fc.constantFrom<unknown>("x", "y", true, null, [1], [2, 3]),
        fc.record({ inner: fc.nat(2) }),
      ),
    ),
  },
  { requiredKeys: [] },
);

export const anyDeltas = fc.array(anyDelta, { minLength: 1, maxLength: 10 });

/** A piece of an answer that may be cut further. */
type Atom =
  | { kind: "reasoning" | "text" | "refusal"; piece: string }
  | { kind: "block"; url: string }
  | { kind: "call"; call: number; piece: string };

/** An answer, and the deltas of two different ways to cut it. */
export interface CutAnswer {
  once: StreamDelta[];
  again: StreamDelta[];
}

const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("reasoning" as const, "text" as const, "refusal" as const),
    piece: fc.string({ unit: GRAPHEMES, minLength: 1, maxLength: 8 }),
  }),
  fc.record({
    kind: fc.constant("block" as const),
    url: fc.constantFrom("https://a.example/%C3%A9?b=c#d", "http://b.example"),
  }),
  fc
    .record({ call: fc.nat(2), args: fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue()) })
    .map(({ call, args }) => ({ kind: "call" as const, call, piece: JSON.stringify(args) })),
);

/** One answer cut in two ways: pieces of any length, alone or with others in one delta. */
export const cutAnswer: fc.Arbitrary<CutAnswer> = fc
  .tuple(
    fc.array(atom, { minLength: 1, maxLength: 8 }),
    fc.infiniteStream(fc.nat(3)),
    fc.infiniteStream(fc.nat(3)),
  )
  .map(([atoms, first, second]) => {
    // The arguments of a call are one JSON object, however often the call is continued.
    const seen = new Set<number>();
    const valid = atoms.filter((item) => {
      if (item.kind !== "call") return true;
      if (seen.has(item.call)) return false;
      seen.add(item.call);
      return true;
    });
    return { once: cut(valid, first), again: cut(valid, second) };
  });

const ORDER = ["reasoning", "text", "refusal", "call"];

function cut(atoms: readonly Atom[], choices: Iterator<number>): StreamDelta[] {
  const choose = (): number => choices.next().value as number;
  const pieces = atoms.flatMap((item): { kind: string; delta: StreamDelta }[] => {
    if (item.kind === "block") {
      return [{ kind: "block", delta: { blocks: [{ type: "image", url: item.url }] } }];
    }
    return cutString(item.piece, choose).map((piece, index) => {
      if (item.kind !== "call") return { kind: item.kind, delta: { [item.kind]: piece } };
      const first = index === 0 ? { id: `id${item.call}`, name: `tool${item.call}` } : {};
      const toolCalls = [{ index: item.call, ...first, args: piece }];
      return { kind: "call", delta: { toolCalls } };
    });
  });
  const deltas: { kind: string; delta: StreamDelta }[] = [];
  for (const next of pieces) {
    const last = deltas.at(-1);
    const mayJoin =
      last !== undefined &&
      ORDER.includes(last.kind) &&
      ORDER.indexOf(last.kind) < ORDER.indexOf(next.kind) &&
      choose() === 0;
    if (!mayJoin) deltas.push(next);
    else deltas[deltas.length - 1] = { kind: next.kind, delta: { ...last.delta, ...next.delta } };
  }
  return deltas.map(({ delta }) => delta);
}

function cutString(text: string, choose: () => number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = choose() === 3 ? text.length : choose() + 1;
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
