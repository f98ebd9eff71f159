import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { jsonArray, jsonLines, type HttpStatusError } from "http-streaming-llm";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { events, rejection, serve } from "../helpers/delta-llm.js";
import { everyTransport, ExitLLM, partialOf, type Fields } from "../helpers/exit-models.js";

const server = useScriptedServer();

const KIB = 1024;
const MIB = KIB * KIB;
const SSE = { "content-type": "text/event-stream" };
const JSON_LINES = { "content-type": "application/x-ndjson" };
const first = 'data: {"text":"a"}\n\n';

/** A body of this size that costs the wire next to nothing. */
const bomb = gzipSync(Buffer.alloc(256 * MIB, "0"), { level: 9 });

describe.each(everyTransport)("the limits, through $name", ({ name, call }) => {
  const failure = async (script: Script, fields: Fields = {}): Promise<Error> =>
    (await rejection(
      call(new ExitLLM(serve(server, script).url, { maxRetries: 0, ...fields })),
    )) as Error;

  it("stop a record without end", async () => {
    const endless = {
      headers: SSE,
      steps: [{ text: first }, { text: "data: {" }, { text: "x".repeat(64 * KIB), repeat: 64 }],
    };
    const error = await failure(endless, { limits: { maxRecordBytes: 256 * KIB } });
    expect(error).toMatchObject({ code: "RECORD_TOO_LARGE", limitBytes: 256 * KIB });
    expect(error.message).toMatch(/larger than 262144 bytes.*limits\.maxRecordBytes/);
    expect(partialOf(error)).toBe("a");
  });

  it("stop a response without end", async () => {
    const endless = { headers: SSE, steps: [{ text: first, repeat: 50_000 }] };
    const error = await failure(endless, { limits: { maxResponseBytes: 10 * first.length } });
    expect(error).toMatchObject({ code: "RESPONSE_TOO_LARGE", limitBytes: 10 * first.length });
    expect(partialOf(error)).toBe("a".repeat(10));
  });

  it("stop a response in one piece", async () => {
    const whole = {
      headers: { "content-type": "application/json" },
      steps: [{ text: "[0,0,0]", repeat: 1000 }],
    };
    const error = await failure(whole, { streaming: false, limits: { maxResponseBytes: 1000 } });
    expect(error).toMatchObject({ code: "RESPONSE_TOO_LARGE", limitBytes: 1000 });
  });

  it("let records of base64 images pass by default", async () => {
    const image = { text: "A".repeat(64 * KIB), repeat: 128 };
    const steps = [{ text: 'data: {"text":"' }, image, { text: '","done":true}\n\n' }];
    const { url } = serve(server, { headers: SSE, steps });
    expect((await call(new ExitLLM(url))).length).toBe(8 * MIB);
  });

  it("bound what is kept of an error's body", async () => {
    const flood = { status: 400, steps: [{ text: "e".repeat(64 * KIB), repeat: 200 }] };
    const { body, message } = (await failure(flood)) as HttpStatusError;
    expect(body.length).toBe(64 * KIB);
    expect(message.length).toBeLessThan(2300);
    const less = (await failure(flood, { limits: { maxErrorBodyBytes: 10 } })) as HttpStatusError;
    expect(less.body).toBe("e".repeat(10));
  });

  it("bound the response's headers", async () => {
    const large = await failure({
      ...events("a"),
      headers: { ...SSE, "x-large": "h".repeat(20 * KIB) },
    });
    expect(large).toMatchObject({ code: "CONNECTION" });
    expect(large.message).toMatch(/headers of 127.* are too large .*limits\.maxHeaderBytes/);
    if (name.endsWith("fetch")) return;
    const { url } = serve(server, {
      ...events("a", { done: true }),
      headers: { ...SSE, "x-large": "h".repeat(20 * KIB) },
    });
    expect(await call(new ExitLLM(url, { limits: { maxHeaderBytes: 64 * KIB } }))).toBe("a");
  });

  it("stop a decompression bomb at the size of what comes out", async () => {
    expect(bomb.length).toBeLessThan(MIB);
    const script: Script = {
      raw: true,
      steps: [
        {
          base64: Buffer.concat([
            Buffer.from(
              `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`,
            ),
            bomb,
          ]).toString("base64"),
        },
      ],
    };
    const before = process.memoryUsage();
    const error = await failure(script, { limits: { maxRecordBytes: MIB } });
    expect(error).toMatchObject({ code: "RECORD_TOO_LARGE" });
    // The bomb's own bytes, a record of a mebibyte and what was on its way: far from what it stands for.
    if (name === "stream") {
      const { external, arrayBuffers } = process.memoryUsage();
      expect(external + arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(
        64 * MIB,
      );
    }
    const larger = await failure(script, {
      limits: { maxResponseBytes: 4 * MIB, maxRecordBytes: 512 * MIB },
    });
    expect(larger).toMatchObject({ code: "RESPONSE_TOO_LARGE" });
  });

  it("survive a nesting bomb", async () => {
    const deep = "[".repeat(200_000);
    const array = await failure(
      { headers: { "content-type": "application/json" }, steps: [{ text: deep }] },
      { format: jsonArray() as never },
    );
    expect(array).toMatchObject({ code: "CHUNK_PARSE" });
    expect(array.message).toMatch(/levels of nesting/);
    const line = await failure(
      { headers: JSON_LINES, steps: [{ text: `${deep}${"]".repeat(200_000)}\n` }] },
      { format: jsonLines() as never, parseChunk: () => "deep" },
    ).catch(() => undefined);
    // A parser without recursion may read it; the process stays.
    if (line !== undefined) expect(line).toMatchObject({ code: "CHUNK_PARSE" });
  });
});
