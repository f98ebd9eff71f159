import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  awsEventStream,
  jsonLines,
  ModelStreamError,
  type AwsEvent,
  type ChunkContext,
  type StreamDelta,
  type StreamFormat,
} from "http-streaming-llm";
import { concat, event, exception, payloadPart, unmodelledError } from "../helpers/aws-frames.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { rejection, serve } from "../helpers/delta-llm.js";
import { everyPath, partialOf, type Fields } from "../helpers/exit-models.js";

const server = useScriptedServer();

// Full jitter begins at nothing.
beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What Bedrock's Converse sends. */
interface ConverseEvent {
  readonly delta?: { readonly text?: string };
  readonly stopReason?: string;
  readonly message?: string;
}

function parseConverse(record: unknown, { event: name }: ChunkContext): StreamDelta | null {
  const payload = (record as AwsEvent<ConverseEvent>).payload as ConverseEvent;
  if (name === "contentBlockDelta") return { text: payload.delta?.text };
  if (name === "messageStop") return { finishReason: payload.stopReason };
  // A careless author: an exception's words would be text.
  return payload.message === undefined ? null : { text: payload.message };
}

const CONVERSE: Fields = {
  format: awsEventStream<ConverseEvent>() as StreamFormat<never>,
  parseChunk: parseConverse,
  endOfStream: "required",
  maxRetries: 0,
};

const delta = (text: string) =>
  event("contentBlockDelta", { contentBlockIndex: 0, delta: { text }, p: "abcd" });
const START = event("messageStart", { role: "assistant", p: "ab" });
const ANSWER = concat(
  START,
  delta("The sky"),
  delta(" is 蓝"),
  delta("."),
  event("contentBlockStop", { contentBlockIndex: 0 }),
  event("messageStop", { stopReason: "end_turn" }),
  event("metadata", { usage: { inputTokens: 1 } }),
);
const BEGUN = concat(START, delta("The sky"));

function script(...parts: readonly Uint8Array[]): Script {
  return {
    headers: { "content-type": "application/vnd.amazon.eventstream" },
    steps: parts.map((part) => ({ base64: Buffer.from(part).toString("base64") })),
  };
}

describe.each(everyPath)("awsEventStream() on $title", ({ create, call, iterates }) => {
  const run = (bytes: readonly Uint8Array[], fields: Fields = {}) =>
    call(create(serve(server, script(...bytes)).url, { ...CONVERSE, ...fields }));

  it("gives the answer, wherever the network cuts it", async () => {
    const half = ANSWER.length >> 1;
    expect(await run([ANSWER.subarray(0, half), ANSWER.subarray(half)])).toBe("The sky is 蓝.");
  });

  it("enforces stop sequences", async () => {
    const { url } = serve(server, script(ANSWER));
    expect(await call(create(url, CONVERSE), { stop: [" is"] })).toBe("The sky");
  });

  it("makes the provider's error of an exception, whatever parseChunk would read in it", async () => {
    const error = await rejection(
      run([BEGUN, exception("throttlingException", { message: "Too many tokens" })]),
    );
    expect(ModelStreamError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      message: expect.stringContaining("an error inside the stream: Too many tokens"),
      providerType: "throttlingException",
      retryable: true,
    });
    expect(partialOf(error)).toBe("The sky");
  });

  it("makes the provider's error of an error outside of the service's model", async () => {
    const error = await rejection(run([BEGUN, unmodelledError("InternalError", "Try later")]));
    expect(error).toMatchObject({ code: "MODEL_STREAM", providerCode: "InternalError" });
    expect((error as Error).message).toContain("Try later");
  });

  it("finds a provider's error in an event's payload", async () => {
    const error = await rejection(run([BEGUN, event("chunk", { error: { message: "CUDA" } })]));
    expect(error).toMatchObject({ code: "MODEL_STREAM" });
    expect((error as Error).message).toContain("CUDA");
  });

  it("reports a message that was changed, and one that was cut off", async () => {
    const last = delta("!");
    const changed = Uint8Array.from(last, (byte, at) => (at === last.length - 9 ? byte ^ 1 : byte));
    for (const [bytes, words] of [
      [changed, /record 2: the checksum of the message is wrong/],
      [last.subarray(0, -1), /record 2: .*cut off/],
    ] as const) {
      const error = await rejection(run([BEGUN, bytes]));
      expect(error).toMatchObject({ code: "CHUNK_PARSE", index: 2 });
      expect((error as Error).message).toMatch(words);
      expect(partialOf(error)).toBe("The sky");
    }
  });

  it("reports a message that is larger than the limit", async () => {
    const error = await rejection(
      run([BEGUN, delta("x".repeat(1000))], { limits: { maxRecordBytes: 500 } }),
    );
    expect(error).toMatchObject({ code: "RECORD_TOO_LARGE", limitBytes: 500 });
  });

  it("takes no other body for an event stream", async () => {
    const steps = [{ text: 'data: {"text":"a"}\n\n' }];
    const { url } = serve(server, { headers: { "content-type": "text/event-stream" }, steps });
    expect(await rejection(call(create(url, CONVERSE)))).toMatchObject({
      code: "UNEXPECTED_CONTENT_TYPE",
    });
  });

  it("tries again after an exception that passes, unless the reader has seen a part", async () => {
    const passing = exception("modelStreamErrorException", { message: "Retry your request" });
    for (const begun of [START, BEGUN]) {
      const { url, id } = serve(server, script(begun, passing), script(ANSWER));
      const answer = call(create(url, { ...CONVERSE, maxRetries: 1 }));
      const isSeen = begun === BEGUN && iterates;
      if (isSeen) expect(await rejection(answer)).toMatchObject({ code: "MODEL_STREAM" });
      else expect(await answer).toBe("The sky is 蓝.");
      expect(await server.log(id)).toHaveLength(isSeen ? 1 : 2);
    }
  });

  it("reads the stream inside of SageMaker's payloads", async () => {
    const text = '{"text":"The sky"}\n{"text":" is 蓝"}\n{"text":".","done":true}\n';
    const bytes = new TextEncoder().encode(text);
    const parts = [0, 5, 30, 41].map((at, index, all) =>
      payloadPart(bytes.subarray(at, all[index + 1])),
    );
    const format = awsEventStream({ payload: jsonLines<StreamDelta>() }) as StreamFormat<never>;
    const fields: Fields = { format, parseChunk: (record) => record };
    expect(await run(parts, fields)).toBe("The sky is 蓝.");
    const failing = [...parts.slice(0, 3), exception("ModelStreamError", { Message: "gone" })];
    const error = await rejection(run(failing, fields));
    expect(error).toMatchObject({ code: "MODEL_STREAM", providerType: "ModelStreamError" });
    expect((error as Error).message).toContain("gone");
  });
});

describe("awsEventStream() and parseRecordError", () => {
  it("lets parseRecordError say that an exception is none", async () => {
    const { url } = serve(server, script(BEGUN, exception("odd", { message: "!" }), delta(".")));
    for (const { create, call } of everyPath) {
      const model = Object.assign(create(url, { ...CONVERSE, endOfStream: "optional" }), {
        parseRecordError: () => null,
        parseChunk: (record: unknown, context: ChunkContext) => parseConverse(record, context),
      });
      expect(await call(model)).toBe("The sky.");
    }
  });
});
