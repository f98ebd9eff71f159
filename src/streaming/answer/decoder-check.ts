/** Checks what a format of the author's own gives: its mistakes must be no answers, and end no process. */
import { HookError } from "../../errors.js";
import type { Decoder, DecoderLimits, StreamFormat } from "../../formats/format.js";
import { messageOf } from "../../transport/network-failure.js";
import { atOnce, callHook } from "../hooks/hook-call.js";

/** @throws HookError where the format gives no decoder. */
export function decoderOf<R>(format: StreamFormat<R>, limits: DecoderLimits): Decoder<R> {
  const decoder: Partial<Decoder<R>> | undefined = callHook("format", () =>
    format.createDecoder(limits),
  );
  if (typeof decoder?.decode === "function" && typeof decoder.flush === "function") {
    return decoder as Decoder<R>;
  }
  throw new HookError(
    "format",
    "createDecoder() of the format gave no decoder. Return { decode(bytes), flush() }, each of which gives a list of records.",
  );
}

/** @throws HookError for what are no records. */
export function checkedRecords<R>(records: Iterable<R>): Iterable<R> {
  const given = atOnce("format", records as Partial<Iterable<R>> | null | undefined);
  if (typeof given?.[Symbol.iterator] === "function") return records;
  throw new HookError(
    "format",
    `the format's decoder gave a value of type ${typeof records} in place of records. Return a list of them from decode() and flush(), [] where there are none.`,
  );
}

/** The error that a decoder threw. What is none would be no failure. */
export function thrownByFormat(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const what = messageOf(thrown);
  return new HookError("format", `the format threw something that is not an Error: ${what}`);
}
