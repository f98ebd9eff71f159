import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TruncatedStreamError } from "../../src/errors.js";
import { answerTo, PROMPT } from "../helpers/breaking-answers.mjs";
import { expectEqual } from "../helpers/expect-equal.js";
import { budget } from "../helpers/properties.js";
import { hooksOf, TEXTS, WAYS, type BreakingAnswer } from "../helpers/breaking-server.js";
import {
  runScripted,
  type CallParts,
  type Outcome,
  type ScriptedExchange,
} from "../helpers/run-scripted.js";

interface Breaks {
  /** After how many bytes of its body each response breaks off; those after them are whole. */
  readonly at: readonly number[];
  /** Not before the announced end, but behind it. */
  readonly isBehindEnd?: boolean;
  /** The body ends there as if it were whole. */
  readonly isClean?: boolean;
  /** How many bytes come at a time. */
  readonly readSize?: number;
}

/** Calls a model of a server that breaks off where it is told, and goes on. */
function run(answer: BreakingAnswer, breaks: Breaks, parts: CallParts = {}): Promise<Outcome> {
  const { at, isBehindEnd = false, isClean = false, readSize = Infinity } = breaks;
  const { continueFrom, ...hooks } = hooksOf(answer);
  const call: CallParts = {
    ...(hooks as CallParts),
    continueFrom: (partial, context) => continueFrom(partial, context),
    payload: () => (answer.kind === "completion" ? { prompt: PROMPT } : {}),
    settings: { endOfStream: "required" },
    ...parts,
  };
  return runScripted(call, ({ headers, body }, attempt): ScriptedExchange => {
    const whole = answerTo(answer, { headers, body: body as string });
    const { length } = whole.body;
    const last = isBehindEnd ? length : whole.body.lastIndexOf("stop");
    const end = attempt in at ? Math.min(at[attempt]!, last) : length;
    const read = whole.body.subarray(0, end);
    const pieces = Array.from({ length: Math.ceil(end / Math.min(readSize, end || 1)) }, (_, n) =>
      read.subarray(n * readSize || 0, (n + 1) * readSize),
    );
    const isBroken = end < whole.body.length && !isClean;
    return {
      headers: { "content-type": whole.contentType },
      body: [
        ...pieces,
        ...(isBroken ? [new TruncatedStreamError("the connection broke off.")] : []),
      ],
    };
  });
}

/** The length of the first answer's body, in bytes. */
const lengthOf = (answer: BreakingAnswer): number =>
  answerTo(answer, { headers: {}, body: JSON.stringify({ prompt: PROMPT }) }).body.length;

/** Where the body says that the answer is complete: a break behind it does not hurt its text. */
const endOf = (answer: BreakingAnswer): number =>
  answerTo(answer, { headers: {}, body: JSON.stringify({ prompt: PROMPT }) }).body.lastIndexOf(
    "stop",
  );

describe.each(WAYS)("an answer of a $kind server that repeats $repeats", ({ kind, repeats }) => {
  it.each(TEXTS)("is whole, wherever it breaks off, once or twice: %j", async (text) => {
    const answer = { kind, repeats, text };
    const end = endOf(answer);
    for (let at = 0; at < end; at++) {
      // Each byte is the first break; whether there is another, and where, takes turns.
      const breaks = at % 2 === 0 ? [at] : [at, [(at * 7) % end, 0, end - 1][at % 3]!];
      const { text: said, error, requests } = await run(answer, { at: breaks });
      expectEqual([said, error], [text, undefined], `broken at ${breaks.join()}`);
      expect(requests.length).toBeGreaterThan(1);
    }
  });

  it("is whole, wherever its body ends too soon, or an error", async () => {
    const [, text] = TEXTS as [string, string];
    const answer = { kind, repeats, text };
    for (let at = 0; at < endOf(answer); at++) {
      const { text: said, error } = await run(answer, { at: [at], isClean: true });
      if (error === undefined) expect(said).toBe(text);
      else expect([text.startsWith(said), kind]).toEqual([true, "cursor"]);
    }
  });

  it("is whole behind its announced end where a cursor tells what was missed", async () => {
    const [text] = TEXTS as [string];
    const answer = { kind, repeats, text };
    for (let at = endOf(answer) + 10; at < lengthOf(answer); at++) {
      const { text: said, error } = await run(answer, { at: [at], isBehindEnd: true });
      expect(said).toBe(text);
      if (kind === "cursor") expect(error).toBeUndefined();
      else expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: text });
    }
  });

  it("is the unbroken one for any text, stop sequences and breaks", async () => {
    const word = fc.constantFrom("ha ", "1", "0", "00", "兎", "🐇", "\n", '"', "\\", "e\u0301");
    const anyText = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(""));
    const stops = fc.subarray(["ha h", "000", "🐇\n", "1"], { maxLength: 2 });
    const place = fc.integer({ min: 0, max: 400 });
    const readSize = fc.integer({ min: 1, max: 60 });
    const property = fc.asyncProperty(
      anyText,
      stops,
      fc.array(place, { minLength: 1, maxLength: 3 }),
      readSize,
      async (text, stop, at, size) => {
        const answer = { kind, repeats, text };
        const settings = { endOfStream: "required", maxRetries: 3 } as const;
        const unbroken = await run(answer, { at: [] }, { stop });
        const broken = await run(answer, { at, readSize: size }, { stop, settings });
        expect([broken.text, broken.error]).toEqual([unbroken.text, undefined]);
        const facts = (outcome: Outcome) =>
          outcome.deltas.filter(({ finishReason }) => finishReason);
        expect(facts(broken)).toEqual(facts(unbroken));
        expect(
          broken.deltas.every(({ text: piece, finishReason }) => piece !== "" || finishReason),
        ).toBe(true);
      },
    );
    await fc.assert(property, budget(0.4));
  });
});

describe.each(WAYS.filter(({ repeats }) => repeats !== "none"))(
  "an answer that a $kind server goes on with in other words, of which it repeats $repeats",
  ({ kind, repeats }) => {
    it("ends with the first error and its partial text", async () => {
      const text = "ha ha ha ha! 10000";
      const end = endOf({ kind, repeats, text });
      for (let at = 0; at < end; at++) {
        // It differs in the last letter that was given.
        const unheard = await run(
          { kind, repeats, text },
          { at: [at] },
          { continueFrom: () => null },
        );
        if (unheard.text === "" || unheard.error === undefined) continue;
        const last = unheard.text.length - 1;
        const other = `${text.slice(0, last)}_${text.slice(last + 1)}`;
        const {
          text: said,
          error,
          requests,
        } = await run({ kind, repeats, text, other }, { at: [at] });
        expect([said, requests.length]).toEqual([unheard.text, 2]);
        expect(error).toMatchObject({ code: "TRUNCATED_STREAM", partial: unheard.text });
      }
    });
  },
);
