import { findWithin, isNoReason, reasonOf } from "./finish-reason.js";
import { isCalled, valueOf } from "./record-error.js";
import { isEndName } from "./record-names.js";

/** The fields that are `false` in each record of an answer but the last: Ollama, Baidu, Cohere, llama.cpp. */
const FLAGS = ["done", "is_end", "is_finished", "stop"];

/** The finish reasons that are `null` in each record but the last, where they stand in each. */
const REASONS = ["finish_reason", "finishReason", "stop_reason", "stopReason"];

type Fields = Readonly<Record<string, unknown>>;

/**
 * The end of an answer as its records tell it, for hooks that do not read that: one that was promised and did not
 * come is a cut.
 */
export class WireEnd {
  #isPromised = false;
  #isAnnounced = false;

  /** A record said that more would come, and none said that the answer is complete. */
  get isMissing(): boolean {
    return this.#isPromised && !this.#isAnnounced;
  }

  /** Takes what a record says, or its event by its name. */
  take(record: unknown, event: string | undefined): void {
    const value = valueOf(record);
    const isEnd = isCalled(value, event, isEndName) || findWithin(value, endOf);
    if (isEnd === true) this.#isAnnounced = true;
    else if (isEnd === false) this.#isPromised = true;
  }
}

/** What is said here: `true` that this is the end, `false` that more will come. */
function endOf(fields: Fields): boolean | undefined {
  const reason = reasonOf(fields);
  if (typeof reason === "string" && reason !== "") return !isNoReason(reason);
  const flag = FLAGS.map((name) => fields[name]).find((value) => typeof value === "boolean");
  if (flag !== undefined) return flag;
  return REASONS.some((name) => fields[name] === null) ? false : undefined;
}
