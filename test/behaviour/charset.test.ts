import { describe, expect, it } from "vitest";
import { autoFormat, jsonLines, sse, text, type StreamFormat } from "http-streaming-llm";
import { rejection, serve } from "../helpers/delta-llm.js";
import { everyTransport, ExitLLM } from "../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";

const server = useScriptedServer();

/** An answer whose characters each stand for one byte. */
function answer(contentType: string, body: string, more: Script = {}): string {
  const base64 = Buffer.from(body, "latin1").toString("base64");
  const headers = { "content-type": contentType };
  return serve(server, { headers, steps: [{ base64 }], ...more }).url;
}

const FORMATS: [string, StreamFormat<unknown>, string, string][] = [
  ["text()", text(), "text/plain", "caf\xe9 \xe9"],
  ["autoFormat()", autoFormat(), "text/plain", "caf\xe9 \xe9"],
  ["jsonLines()", jsonLines(), "application/x-ndjson", '{"text":"caf\xe9"}\n" \xe9"'],
  ["sse()", sse(), "text/event-stream", 'data: {"text":"caf\xe9"}\n\ndata: " \xe9"\n\n'],
  ["sse(), by its first bytes", sse(), "text/html", '\ndata: {"text":"caf\xe9 \xe9"}\n\n'],
  ["jsonLines(), as one value", jsonLines(), "application/json", '{\n"text":"caf\xe9 \xe9"\n}'],
];

describe.each(everyTransport)("a response in another charset, through $name", ({ call }) => {
  const model = (url: string, fields: object = {}) =>
    new ExitLLM(url, { maxRetries: 0, ...fields });

  it.each(FORMATS)("is read by %s", async (_, format, type, body) => {
    const url = answer(`${type}; charset=iso-8859-1`, body);
    expect(await call(model(url, { format }))).toBe("café é");
  });

  it("is read whole", async () => {
    const url = answer("application/json; charset=latin1", '{"text":"caf\xe9"}');
    expect(await call(model(url, { streaming: false }))).toBe("café");
  });

  it("is read in errors", async () => {
    const url = answer("text/plain; charset=gbk", "\xc4\xa3\xd0\xcd", { status: 400 });
    expect(await rejection(call(model(url)))).toMatchObject({ status: 400, message: /模型/ });
    const page = answer("text/html; charset=latin1", "<p>caf\xe9");
    expect(await rejection(call(model(page)))).toMatchObject({ body: "<p>café" });
  });

  it("is refused by its name where nobody can decode it, and hides no status", async () => {
    for (const streaming of [true, false]) {
      const url = answer("text/event-stream; charset=klingon", "data: 1\n\n");
      expect(await rejection(call(model(url, { streaming })))).toMatchObject({
        code: "UNEXPECTED_CONTENT_TYPE",
        message: /klingon/,
      });
    }
    const failed = answer("text/plain; charset=klingon", "no", { status: 400 });
    expect(await rejection(call(model(failed)))).toMatchObject({ status: 400, body: "no" });
  });
});
