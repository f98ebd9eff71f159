import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultServer, type FaultEnd, type FaultServer } from "../helpers/fault-server.js";
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from "../helpers/scripted-server.js";
import { Recorder, serve } from "../helpers/delta-llm.js";
import { ExitChat, ExitLLM, partialOf, type Fields } from "../helpers/exit-models.js";
import { record, type Recording } from "../helpers/recordings.js";

/** One byte, two, three and four in UTF-8. */
const recordings = record(["do\u0301", "wn → 🐇."]);
const ENDS = ["close", "reset", "stall"] as const satisfies FaultEnd[];
type End = (typeof ENDS)[number];

let server: FaultServer;
let scripted: ScriptedServer;
beforeAll(async () => {
  [server, scripted] = await Promise.all([startFaultServer(), startScriptedServer()]);
});
afterAll(() => Promise.all([server.close(), scripted.close()]));

const AT_ONCE = 128;
/** Short enough to wait for it some hundred times. What has not arrived by then counts as not sent. */
const SILENCE = { headers: 300, idle: 300 };
const PATIENCE = { total: 50_000 };

interface Outcome {
  readonly read: string;
  readonly error: unknown;
  readonly heard: readonly string[];
  readonly failed: readonly unknown[];
}

let agents = 0;

function fieldsFor({ format }: Recording, end: FaultEnd): Fields {
  // An agent of its own for each run: none meets the connection that another is closing.
  const connect = 10_000 + agents++;
  const timeouts = { ...(end === "stall" ? SILENCE : PATIENCE), connect };
  return { format, maxRetries: 0, endOfStream: "required", timeouts };
}

async function readAsync(url: string, fields: Fields, index = 0): Promise<Outcome> {
  const recorder = new Recorder();
  const model = index % 2 === 0 ? new ExitLLM(url, fields) : new ExitChat(url, fields);
  let read = "";
  let error: unknown;
  try {
    const chunks = await model.stream("Why?", { callbacks: [recorder] });
    for await (const chunk of chunks) read += typeof chunk === "string" ? chunk : chunk.text;
  } catch (caught) {
    error = caught;
  }
  await recorder.terminal();
  return { read, error, heard: recorder.heard, failed: recorder.runs.failed };
}

/** What came has to be the whole answer, or the error of the fault with what had been said by then. */
function judge(recording: Recording, offset: number, end: End, outcome: Outcome): void {
  const { text, headLength, bytes, textIn } = recording;
  const { read, error, heard, failed } = outcome;
  const where = `${recording.name}, ${end} after ${offset} of ${bytes.length} bytes`;
  const said = textIn?.(offset);
  const endings = heard.filter((event) => event === "end" || event === "error");
  if (error === undefined) {
    expect({ where, read, endings }).toEqual({ where, read: text, endings: ["end"] });
    expect(offset, where).toBeGreaterThan(headLength);
    if (said !== undefined) expect(said, where).toBe(text);
    return;
  }
  expect({ where, endings }).toEqual({ where, endings: ["error"] });
  expect(failed[0], where).toBe(error);
  expect(partialOf(error), where).toBe(read);
  expect(text.startsWith(read), where).toBe(true);
  const { code, phase } = error as { code: string; phase?: string };
  if (offset < headLength) {
    expect({ where, read, code, phase }).toEqual(
      end === "stall"
        ? { where, read: "", code: "TIMEOUT", phase: "headers" }
        : { where, read: "", code: "CONNECTION", phase: undefined },
    );
  } else if (end === "stall") {
    expect({ where, code }).toEqual({ where, code: "TIMEOUT" });
    expect(["headers", "idle"], where).toContain(phase);
  } else {
    // Without a length only the record that was cut tells.
    const codes = recording.endsWithConnection
      ? ["TRUNCATED_STREAM", "CHUNK_PARSE"]
      : ["TRUNCATED_STREAM"];
    expect(codes, where).toContain(code);
    // A reset may overtake what was sent before it; and a last event counts without its blank line.
    if (end === "close" && said !== undefined && !recording.endsWithConnection) {
      expect(read, where).toBe(said);
    }
  }
}

/** How many of its first bytes an earlier recording has as well: cut among them, the two are one answer. */
function sharedLength(recording: Recording): number {
  const earlier = recordings.slice(0, recordings.indexOf(recording));
  const lengths = earlier.map(({ bytes }) => {
    const differs = bytes.findIndex((byte, at) => byte !== recording.bytes[at]);
    return differs === -1 ? bytes.length : differs;
  });
  return Math.max(-1, ...lengths);
}

/** Whether so much of an answer, ended so, may be all of it. */
function isWhole({ bytes, endsWithConnection }: Recording, offset: number, end: End): boolean {
  return offset === bytes.length && !(endsWithConnection && end !== "close");
}

describe.each(recordings)("an answer of $name", (recording) => {
  const { bytes } = recording;

  it.each(ENDS)("is whole or an error, with a %s after every byte, or every other", async (end) => {
    const all = Array.from({ length: bytes.length + 1 }, (_, offset) => offset);
    // To the transport the bytes are the same however it ends then: resets and silences share them.
    const isOfEnd = (offset: number) =>
      end === "close" || offset === bytes.length || offset % 2 === (end === "reset" ? 0 : 1);
    const offsets = all.slice(sharedLength(recording) + 1).filter(isOfEnd);
    const run = async (offset: number): Promise<void> => {
      const whole = isWhole(recording, offset, end);
      // A connection whose answer was whole stays open, for the next request.
      const plan = { end: whole && end === "stall" ? "keep" : end } as const;
      const url = server.url(bytes.subarray(0, offset), plan);
      const outcome = await readAsync(url, fieldsFor(recording, plan.end), offset);
      judge(recording, offset, end, outcome);
      if (whole) expect(outcome.error).toBeUndefined();
    };
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let offset = offsets.pop(); offset !== undefined; offset = offsets.pop())
          await run(offset);
      }),
    );
    await server.quiet();
  });

  it("is whole when it comes byte by byte", async () => {
    const end = recording.endsWithConnection ? "close" : "keep";
    const url = server.url(bytes, { end, trickle: 1 });
    const { read, error } = await readAsync(url, fieldsFor(recording, end));
    expect({ read, error }).toEqual({ read: recording.text, error: undefined });
  });

  it.each(ENDS)(
    "is whole or an error on the synchronous path, with a %s after some bytes",
    async (end) => {
      const scriptEnd = { close: "clean", reset: "reset", stall: "stall" } as const;
      const step = end === "stall" ? 97 : 17;
      for (let offset = bytes.length; offset >= 0; offset -= step) {
        const base64 = bytes.subarray(0, offset).toString("base64");
        const script: Script = { raw: true, steps: [{ base64 }], end: scriptEnd[end] };
        const recorder = new Recorder();
        const model = new ExitLLM(serve(scripted, script).url, fieldsFor(recording, end));
        let read = "";
        let error: unknown;
        try {
          for (const token of model.streamSync("Why?", { callbacks: [recorder] })) read += token;
        } catch (caught) {
          error = caught;
        }
        await recorder.terminal();
        judge(recording, offset, end, {
          read,
          error,
          heard: recorder.heard,
          failed: recorder.runs.failed,
        });
        if (isWhole(recording, offset, end)) expect(error).toBeUndefined();
      }
    },
  );
});
