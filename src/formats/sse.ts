import { fastReaders } from "#runtime";
import { checkOptions } from "../errors.js";
import { EndMark } from "./end-mark.js";
import type { StreamFormat } from "./format.js";
import { JSON_OPTIONS, predictorOf, type JsonFormatOptions } from "./json/json-parser.js";
import { startsLikeEvents } from "./opening.js";
import { JsonSseDecoder, RawSseDecoder, type SseEvent } from "./sse-decoder.js";

/** Options of {@link sse}. */
export interface SseOptions extends JsonFormatOptions {
  /**
   * `true` yields each event as it stands, an {@link SseEvent}; `false` yields the parsed JSON of
   * its data. Default: `false`.
   */
  readonly raw?: boolean | undefined;
  /**
   * The data of the event that marks the end of the stream, or the event's name, as in `{ event: "end" }`, with
   * data or without; `false`: the stream has none. It is compared with the whole data or name, exactly. The event
   * is not a record, and what follows it is not read. A mark that is given here ends every answer: one without it is
   * cut, unless a record said that it is complete. Default: `"[DONE]"`, which may be missing.
   */
  readonly done?: string | false | { readonly event: string } | undefined;
  /**
   * `true` discards a last event that the stream ends without its blank line, as the WHATWG text
   * says; `false` delivers it, with `incomplete: true` in raw mode. Default: `false`, because many
   * model servers leave out the last blank line.
   */
  readonly strict?: boolean | undefined;
}

/**
 * The parsed JSON of each server-sent event's data: the format of OpenAI, Anthropic, vLLM, TGI and
 * most others. With `{ raw: true }` each event itself, with its name and id.
 *
 * Lines end at LF, CR or CRLF, in any mixture; several `data` lines are joined with LF. Comments,
 * unknown fields and events without data give nothing. In JSON mode the event's name is not part
 * of the record: where it matters, and the data does not repeat it, use `raw`. Invalid UTF-8
 * becomes U+FFFD. `limits.maxRecordBytes` bounds the data of one event, and any one line.
 *
 * @typeParam T What the data holds. It is your word: nothing is checked at run time.
 * @throws HookError when `done` is empty or no string.
 * @throws ChunkParseError (while decoding) when data is not JSON; `record` is its text.
 * @throws RecordTooLargeError (while decoding) when an event is larger than `limits.maxRecordBytes`.
 * @example
 * ```ts
 * class MyLLM extends HttpStreamingLLM<Completion> {
 *   format = sse<Completion>();
 *   parseChunk(record: Completion) { return record.choices?.[0]?.text; }
 * }
 * ```
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function sse(options: SseOptions & { readonly raw: true }): StreamFormat<SseEvent>;
export function sse<T = unknown>(
  options?: SseOptions & { readonly raw?: false | undefined },
): StreamFormat<T>;
export function sse(options: SseOptions = {}): StreamFormat<unknown> {
  checkOptions("format", "sse", options, OPTIONS);
  const { raw = false, done = "[DONE]", strict = false } = options;
  const rules = { endMark: EndMark.of(done), strict, eventNames: fastReaders?.eventNames() };
  const predictor = predictorOf(options);
  return {
    name: "sse",
    contentTypes: ["text/event-stream"],
    recognises: startsLikeEvents,
    isMarked: (options.done ?? false) !== false,
    createDecoder: (limits) =>
      raw ? new RawSseDecoder(limits, rules) : new JsonSseDecoder(limits, rules, predictor),
  };
}

const OPTIONS = { ...JSON_OPTIONS, raw: "boolean", done: undefined, strict: "boolean" } as const;
