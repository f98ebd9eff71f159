/** Checks what a format of the author's own gives: its mistakes must be no answers, and end no process. */
import { HookError } from "../../errors.js";
import {
  isFormat,
  type Decoder,
  type DecoderLimits,
  type StreamFormat,
} from "../../formats/format.js";
import { atOnce, callHook } from "../hooks/hook-call.js";
import { shown } from "../text/shown.js";

/**
 * The format for a response of this content-type: the one that is given, where it does not choose another.
 *
 * @throws HookError where it chooses what is none.
 */
export function formatFor<R>(
  format: StreamFormat<R>,
  contentType: string | undefined,
): StreamFormat<R> {
  const chosen: Partial<StreamFormat<R>> | null | undefined = callHook("format", () =>
    format.forContentType?.(contentType),
  );
  if (chosen === undefined || chosen === null) return format;
  if (isFormat(chosen)) return chosen;
  throw new HookError(
    "format",
    "forContentType() of the format gave no format. Return { contentTypes, createDecoder }, or undefined for the format itself.",
  );
}

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
    `the format's decoder gave ${shown(records)} in place of records. Return a list of them from decode() and flush(), [] where there are none.`,
  );
}
