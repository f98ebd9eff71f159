import { expect } from "vitest";

import { HttpStreamingError } from "../../src/errors.js";
import type { Decoder, DecoderLimits, StreamFormat } from "../../src/formats/format.js";

/** What a decoder made of a stream: everything that must not depend on how the bytes were cut. */
export interface Outcome {
  records: unknown[];
  error?: { name: string; message: string; facts: unknown; record: unknown };
  ended: boolean;
}

export const LIMITS: DecoderLimits = { maxRecordBytes: 1024 * 1024 };

const encoder = new TextEncoder();

export function bytesOf(input: string | Uint8Array): Uint8Array {
  return typeof input === "string" ? encoder.encode(input) : input;
}

/** Decodes pieces as a network would deliver them: in memory that is used again after each call. */
export function decodePieces(
  format: StreamFormat<unknown>,
  pieces: readonly Uint8Array[],
  limits = LIMITS,
): Outcome {
  const decoder = format.createDecoder(limits);
  const records: unknown[] = [];
  const take = (decoded: Iterable<unknown>) => {
    for (const record of decoded) records.push(record);
  };
  const outcome = (error?: HttpStreamingError): Outcome => ({
    records,
    ended: decoder.ended ?? false,
    ...(error && {
      error: {
        name: error.name,
        message: error.message,
        facts: { ...error },
        record: Reflect.get(error, "record") as unknown,
      },
    }),
  });
  try {
    for (const piece of pieces) {
      const memory = Uint8Array.from(piece);
      const decoded = decoder.decode(memory);
      memory.fill(0x5a);
      take(decoded);
    }
    take(decoder.flush());
  } catch (error) {
    if (!(error instanceof HttpStreamingError)) throw error;
    return outcome(error);
  }
  return outcome();
}

/** What one decoder gives of pieces, and the words of the error that ended it. */
export function decodedBy(decoder: Decoder<unknown>, pieces: readonly Uint8Array[]): unknown[] {
  const records: unknown[] = [];
  try {
    for (const piece of pieces) for (const record of decoder.decode(piece)) records.push(record);
    for (const record of decoder.flush()) records.push(record);
  } catch (error) {
    records.push((error as Error).message);
  }
  return records;
}

/** Cuts bytes into pieces of these sizes, the last one taking what is left. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  pieces.push(bytes.subarray(at));
  return pieces;
}

export function oneByteEach(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** What is compared: the records themselves, or, where pieces may differ, the text they add up to. */
type Compare = (outcome: Outcome) => unknown;

export const joined: Compare = ({ records, ...rest }) => ({ ...rest, text: records.join("") });

/**
 * Decodes the input whole, cut in two at every position, and one byte at a time; all must agree.
 * Gives what the whole input came to.
 */
export function atEveryCut(
  format: StreamFormat<unknown>,
  input: string | Uint8Array,
  { limits = LIMITS, compare = (outcome: Outcome): unknown => outcome } = {},
): Outcome {
  const bytes = bytesOf(input);
  const whole = decodePieces(format, [bytes], limits);
  const expected = compare(whole);
  for (let at = 0; at <= bytes.length; at++) {
    const outcome = decodePieces(format, cut(bytes, [at]), limits);
    expect(compare(outcome), `cut at byte ${at}`).toEqual(expected);
  }
  const single = decodePieces(format, oneByteEach(bytes), limits);
  expect(compare(single), "one byte at a time").toEqual(expected);
  return whole;
}

/** The records of an input that is well-formed, the same at every cut. */
export function recordsAtEveryCut(
  format: StreamFormat<unknown>,
  input: string | Uint8Array,
): unknown[] {
  const { records, error } = atEveryCut(format, input);
  expect(error).toBeUndefined();
  return records;
}

/** The error of an input that is malformed, the same at every cut, after these records. */
export function errorAtEveryCut(
  format: StreamFormat<unknown>,
  input: string | Uint8Array,
  recordsBefore: readonly unknown[] = [],
  limits = LIMITS,
): NonNullable<Outcome["error"]> {
  const { records, error } = atEveryCut(format, input, { limits });
  expect(records).toEqual(recordsBefore);
  if (error === undefined) throw new Error("expected an error, and the stream was decoded");
  return error;
}
