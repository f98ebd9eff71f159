/** Answers of a model as they are on the wire, byte by byte, with what has been said at each byte. */
import { gzipSync } from "node:zlib";
import { jsonLines, sse, type StreamFormat } from "http-streaming-llm";
import { chunkedAnswer, sizedAnswer, unsizedAnswer } from "./fault-server.js";

export interface Recording {
  readonly name: string;
  readonly format: StreamFormat<never>;
  readonly bytes: Buffer;
  readonly headLength: number;
  /** The whole answer. */
  readonly text: string;
  /** The text whose records are complete in the first bytes; `undefined` where that is zlib's secret. */
  readonly textIn?: (bytes: number) => string;
  /** Whether the answer ends where the connection is closed. */
  readonly endsWithConnection: boolean;
}

const HEAD_END = "\r\n\r\n";

/** The recordings of an answer of these tokens. */
export function record(tokens: readonly string[]): readonly Recording[] {
  const text = tokens.join("");
  const events = [...tokens.map((token) => ({ text: token })), { done: true }].map(
    (delta) => `data: ${JSON.stringify(delta)}\n\n`,
  );
  const marked = [...events, "data: [DONE]\n\n"];
  const lines = [...tokens.map((token) => ({ text: token })), { done: true }].map(
    (delta) => `${JSON.stringify(delta)}\n`,
  );
  const eventStream = { "content-type": "text/event-stream" };
  const ndjson = { "content-type": "application/x-ndjson" };
  const zipped = { ...eventStream, "content-encoding": "gzip" };
  const gzip = gzipSync(events.join(""));
  const pieces = [gzip.subarray(0, 20), gzip.subarray(20, 45), gzip.subarray(45)];
  const recording = (
    name: string,
    bytes: Buffer,
    records?: readonly string[],
    endsWithConnection = false,
  ): Recording => ({
    name,
    format: name.includes("lines") ? jsonLines() : sse(),
    bytes,
    headLength: bytes.indexOf(HEAD_END) + HEAD_END.length,
    text,
    ...(records && { textIn: textIn(bytes, records, tokens) }),
    endsWithConnection,
  });
  return [
    recording("chunked events", chunkedAnswer(events, eventStream), events),
    recording("chunked events with an end marker", chunkedAnswer(marked, eventStream), marked),
    recording("JSON lines with their length", sizedAnswer(lines.join(""), ndjson), lines),
    recording(
      "events up to the end of the connection",
      unsizedAnswer(events.join(""), eventStream),
      events,
      true,
    ),
    recording("gzipped events with their length", sizedAnswer(gzip, zipped)),
    recording("gzipped events in chunks", chunkedAnswer(pieces, zipped)),
  ];
}

/** Each record stands in one piece somewhere on the wire. */
function textIn(
  wire: Buffer,
  records: readonly string[],
  tokens: readonly string[],
): (bytes: number) => string {
  let at = wire.indexOf(HEAD_END);
  const ends = records.map((text) => {
    at = wire.indexOf(text, at) + Buffer.byteLength(text);
    return at;
  });
  return (bytes) => tokens.slice(0, ends.filter((end) => end <= bytes).length).join("");
}
