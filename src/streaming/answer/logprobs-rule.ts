import { HookError } from "../../errors.js";
import type { StreamDelta } from "../delta/stream-delta.js";

type Logprobs = NonNullable<StreamDelta["logprobs"]>;

/** The log probabilities of an answer: those of all pieces are joined, so they come in one form. */
export class LogprobsRule {
  #areList: boolean | undefined;

  /**
   * Gives a piece's own, `undefined` for none. They are a copy: a hook may fill one object again and again, and the
   * reader gets it later.
   *
   * @throws HookError for a list after an object, or an object after a list.
   */
  take(logprobs: Logprobs, hook: string): Logprobs | undefined {
    const names = Object.keys(logprobs);
    if (names.length === 0) return undefined;
    const areList = Array.isArray(logprobs);
    this.#areList ??= areList;
    if (areList === this.#areList) return copyOf(logprobs);
    throw new HookError(
      hook,
      `${hook} returned logprobs as a list in one record, and as an object in another. Return lists always, or objects always.`,
    );
  }
}

function copyOf(logprobs: Logprobs): Logprobs {
  if (Array.isArray(logprobs)) return [...(logprobs as readonly unknown[])];
  const lists = Object.entries(logprobs as Readonly<Record<string, readonly unknown[] | null>>);
  return Object.fromEntries(
    lists.map(([name, list]) => [name, Array.isArray(list) ? [...(list as unknown[])] : list]),
  );
}
