import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jsonLines, type StreamDelta } from "http-streaming-llm";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../helpers/scripted-server.js";
import { rejection, serve } from "../helpers/delta-llm.js";
import { everyTransport, ExitLLM, partialOf, type Fields } from "../helpers/exit-models.js";

let server: ScriptedServer;
// A port for each test: a connection that its answer's end is about to close must not serve the next one.
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const lines = (...records: StreamDelta[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join("");
const [a, b, done] = [{ text: "a" }, { text: "b" }, { done: true }] as const;
const whole = lines(a, b, done);

/** An answer byte for byte, and how the connection ends. */
function raw(head: string, body: string | Uint8Array, end: Script["end"] = "clean"): Script {
  const bytes = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n${head}\r\n`),
    Buffer.from(body),
  ]);
  return { raw: true, steps: [{ base64: bytes.toString("base64") }], end };
}

const length = (bytes: number) => `content-length: ${bytes}\r\n`;
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const CHUNKED = "transfer-encoding: chunked\r\n";
const UNSIZED = "connection: close\r\n";
const gzip = gzipSync(whole.repeat(40));

interface Case {
  readonly what: string;
  readonly script: Script;
  readonly fields?: Fields;
  readonly code?: string;
  readonly message: RegExp;
  readonly partial?: string;
  /** Node's own fetch takes it for whole, or says it otherwise: see docs/runtimes.md. */
  readonly undiciOnly?: true;
}

const cases: Case[] = [
  {
    what: "a content-length that is larger than the body",
    script: raw(length(whole.length + 1), whole),
    message: /broke off/,
    partial: "ab",
  },
  {
    what: "a content-length that cuts a record",
    script: raw(length(lines(a).length + 5), whole),
    code: "CHUNK_PARSE",
    message: /record 1: .*cut off/,
    partial: "a",
  },
  {
    what: "a content-length that cuts between records, where the end has to be announced",
    script: raw(length(lines(a).length), whole),
    fields: { endOfStream: "required" },
    message: /before the provider said/,
    partial: "a",
  },
  {
    what: "chunks without the last",
    script: raw(CHUNKED, chunk(lines(a, b, done))),
    message: /broke off/,
    partial: "ab",
  },
  {
    what: "a cut inside a chunk",
    script: raw(CHUNKED, chunk(lines(a)) + chunk(lines(b)).slice(0, 9)),
    message: /broke off/,
    partial: "a",
  },
  {
    what: "a reset inside a chunk",
    script: {
      ...raw(CHUNKED, chunk(lines(a))),
      steps: [...raw(CHUNKED, chunk(lines(a))).steps!, { delayMs: 250 }],
      end: "reset",
    },
    message: /connection was lost/,
    partial: "a",
  },
  {
    what: "the end of the connection, where the end has to be announced",
    script: raw(UNSIZED, lines(a, b)),
    fields: { endOfStream: "required" },
    message: /before the provider said.*endOfStream: "optional"/,
    partial: "ab",
  },
  {
    what: "the end of the connection after the provider said that more would come",
    script: raw(UNSIZED, lines({ text: "a", done: false })),
    message: /before the provider said/,
    partial: "a",
  },
  {
    what: "the end of the connection while the provider's state is that of an answer in progress",
    script: raw(UNSIZED, lines({ text: "a", finishReason: "in_progress" })),
    message: /before the provider said/,
    partial: "a",
  },
  {
    what: "the end of the connection inside a record",
    script: raw(UNSIZED, lines(a, b).slice(0, -4)),
    code: "CHUNK_PARSE",
    message: /record 1: .*cut off/,
    partial: "a",
  },
  {
    what: "a reset of a connection whose end would be the body's",
    undiciOnly: true,
    script: {
      ...raw(UNSIZED, lines(a, b)),
      steps: [...raw(UNSIZED, lines(a, b)).steps!, { delayMs: 250 }],
      end: "reset",
    },
    message: /connection was lost/,
    partial: "ab",
  },
  {
    what: "an empty body of a known length",
    script: raw(length(0), ""),
    message: /without a single record/,
    partial: "",
  },
  {
    what: "an empty body in chunks",
    script: raw(CHUNKED, "0\r\n\r\n"),
    message: /without a single record/,
    partial: "",
  },
  {
    what: "an empty body of unknown length",
    script: raw(UNSIZED, ""),
    message: /without a single record/,
    partial: "",
  },
  {
    what: "a body of blank lines",
    script: raw(length(3), "\n\n\n"),
    message: /without a single record/,
    partial: "",
  },
  {
    what: "records that say nothing",
    script: raw(length(6), "{}\n{}\n"),
    message: /2 record\(s\), none of which gave a token/,
    partial: "",
  },
  {
    what: "gzip data that are cut",
    undiciOnly: true,
    script: raw(`content-encoding: gzip\r\n${length(60)}`, gzip.subarray(0, 60)),
    message: /gzip data is incomplete/,
  },
  {
    what: "gzip data without their checksum",
    undiciOnly: true,
    script: raw(`content-encoding: gzip\r\n${length(gzip.length - 8)}`, gzip.subarray(0, -8)),
    message: /gzip data is incomplete/,
  },
  {
    what: "gzip data that are damaged",
    undiciOnly: true,
    script: raw(
      `content-encoding: gzip\r\n${length(30)}`,
      Buffer.concat([gzip.subarray(0, 12), Buffer.alloc(18, 0xff)]),
    ),
    message: /gzip/,
  },
  {
    what: "a body that only says that it is gzip",
    undiciOnly: true,
    script: raw(`content-encoding: gzip\r\n${length(whole.length)}`, whole),
    message: /not what its content-encoding "gzip" says/,
    partial: "",
  },
];

describe.each(everyTransport)("an answer that is cut short, through $name", ({ name, call }) => {
  const overFetch = name.endsWith("fetch");
  it.each(cases.filter(({ undiciOnly }) => !(overFetch && undiciOnly)))(
    "is an error: $what",
    async ({ script, fields, code = "TRUNCATED_STREAM", message, partial }) => {
      const { url } = serve(server, script);
      const model = new ExitLLM(url, { format: jsonLines() as never, maxRetries: 0, ...fields });
      let read = "";
      const error = (await rejection(call(model, {}, (text) => void (read += text)))) as Error;
      expect(error).toMatchObject({ code });
      expect(error.message).toMatch(message);
      expect(error.message).toMatch(/^ExitLLM: POST http:\/\/127\.0\.0\.1:\d+\/script: /);
      expect(partialOf(error)).toBe(read);
      if (partial !== undefined) expect(read).toBe(partial);
    },
  );

  it.each([
    ["a length", raw(length(whole.length), whole)],
    ["chunks", raw(CHUNKED, `${chunk(whole)}0\r\n\r\n`)],
    ["the end of the connection", raw(UNSIZED, whole)],
    ["gzip", raw(`content-encoding: gzip\r\n${length(gzipSync(whole).length)}`, gzipSync(whole))],
  ])("is none when it is whole by %s", async (_, script) => {
    const { url } = serve(server, script);
    const model = new ExitLLM(url, {
      format: jsonLines() as never,
      maxRetries: 0,
      endOfStream: "required",
    });
    expect(await call(model)).toBe("ab");
  });

  it("is complete at the end of the connection where nobody promised more", async () => {
    const { url } = serve(server, raw(UNSIZED, lines(a, b)));
    const model = new ExitLLM(url, { format: jsonLines() as never, maxRetries: 0 });
    expect(await call(model)).toBe("ab");
  });
});
