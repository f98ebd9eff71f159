/** Runs a part of a call whose I/O is a list: each read gets the next bytes, or the error in their place,
 * each request the next head. */
import type { Delta } from "../../src/streaming/delta/delta.js";
import {
  emit,
  open,
  read,
  release,
  type Effect,
  type Effects,
} from "../../src/streaming/effects.js";
import type { HttpRequest, ResponseHead } from "../../src/transport/transport.js";

export interface EffectsRun<Result> {
  readonly result: Result | undefined;
  readonly error: unknown;
  readonly deltas: Delta[];
  readonly text: string;
  /** The effects that it yielded, in order. */
  readonly effects: Effect[];
  readonly kinds: Effect["kind"][];
  readonly requests: HttpRequest[];
}

export function runEffects<Result>(
  part: Effects<Result>,
  reads: readonly (string | Uint8Array | Error)[] = [],
  heads: readonly ResponseHead[] = [],
): EffectsRun<Result> {
  const rest = [...reads];
  const effects: Effect[] = [];
  const deltas: Delta[] = [];
  const requests: HttpRequest[] = [];
  let result: Result | undefined;
  let error: unknown;
  const read = (): Uint8Array[] | undefined => {
    const next = rest.shift();
    if (next instanceof Error) throw next;
    if (next === undefined) return undefined;
    return [typeof next === "string" ? new TextEncoder().encode(next) : next];
  };
  const perform = (effect: Effect): unknown => {
    effects.push(effect);
    if (effect.kind === "read") return read();
    if (effect.kind === "open") return heads[requests.push(effect.request) - 1];
    if (effect.kind === "settle") return effect.value;
    if (effect.kind === "emit") deltas.push(...effect.deltas);
    if (effect.kind !== "stream") return undefined;
    while (!effect.body.finished) {
      const buffers = read();
      if (buffers === undefined) break;
      deltas.push(...effect.body.push(buffers));
    }
    return undefined;
  };
  try {
    let step = part.next();
    while (step.done !== true) {
      let value: unknown;
      let failure: { readonly thrown: unknown } | undefined;
      try {
        value = perform(step.value);
      } catch (thrown) {
        failure = { thrown };
      }
      step = failure === undefined ? part.next(value) : part.throw(failure.thrown);
    }
    result = step.value;
  } catch (thrown) {
    error = thrown;
  }
  const text = deltas.map((delta) => delta.text).join("");
  return { result, error, deltas, text, effects, kinds: effects.map(({ kind }) => kind), requests };
}

/** A deadline that never comes. */
export const NEVER = { at: Infinity, phase: "idle", timeoutMs: Infinity } as const;

/** A request of a call that a driver carries out. */
const REQUEST = { method: "GET", url: "http://models.test/", headers: {}, body: undefined };
/** No timeouts of the transport. */
export const CONNECTION = { connectTimeoutMs: 0, headersTimeoutMs: 0 };

/** A call that gives what it reads. */
export function* readingCall(ended: unknown[] = []): Effects<void> {
  try {
    const { status } = yield* open(REQUEST, NEVER);
    yield* emit([{ text: `${status}:` }]);
    for (;;) {
      const buffers = yield* read(NEVER);
      if (buffers === undefined) break;
      yield* emit(buffers.map((bytes) => ({ text: new TextDecoder().decode(bytes) })));
    }
    yield* release();
  } catch (error) {
    ended.push(error);
    throw error;
  } finally {
    ended.push("ended");
  }
}
