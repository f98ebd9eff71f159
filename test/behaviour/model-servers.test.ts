/** What servers of models send where an answer fails at its end, to hooks that read nothing but its text. */
import { describe, expect, it } from "vitest";
import {
  delimited,
  jsonLines,
  sse,
  text,
  type ChunkContext,
  type StreamDelta,
  type StreamFormat,
} from "http-streaming-llm";
import { everyPath, partialOf } from "../helpers/exit-models.js";
import { type Script, useScriptedServer } from "../helpers/scripted-server.js";
import { rejection, serve } from "../helpers/delta-llm.js";

const server = useScriptedServer();

type Read = (record: never, context: ChunkContext) => StreamDelta | string | null | undefined;

/** A kind of server: its format, and a hook as its author would write it. */
interface Kind {
  readonly format: StreamFormat<unknown>;
  readonly read: Read;
  readonly contentType?: string;
  /** The wire's record of some text, whatever else it says. */
  readonly write: (record: unknown) => string;
}

const data = (record: unknown): string =>
  `data: ${typeof record === "string" ? record : JSON.stringify(record)}\n\n`;

const CHAT: Kind = {
  format: sse(),
  read: (chunk: { choices?: { delta?: { content?: string } }[] }) =>
    chunk.choices?.[0]?.delta?.content,
  write: data,
};
const COMPLETION: Kind = {
  ...CHAT,
  read: (chunk: { choices?: { text?: string }[] }) => chunk.choices?.[0]?.text,
};
/** All so far in each record. */
const GROWING: Kind = {
  format: sse(),
  read: (record: { text: string; meta_info: { finish_reason: object | null } }) => ({
    text: record.text,
    cumulative: true,
    done: record.meta_info.finish_reason !== null,
  }),
  write: data,
};
/** JSON between zero bytes, all so far in each. The hook cuts it itself. */
const WORKER: Kind = {
  format: delimited("\0"),
  contentType: "text/plain",
  read: (record: string, { state }) => {
    const { text } = JSON.parse(record) as { text: string };
    const piece = text.slice(Number(state.length ?? 0));
    state.length = text.length;
    return piece;
  },
  write: (record) => `${JSON.stringify(record)}\0`,
};
const LINES: Kind = {
  format: jsonLines(),
  contentType: "application/x-ndjson",
  read: (line: { response?: string }) => line.response,
  write: (record) => `${JSON.stringify(record)}\n`,
};
const EVENTS: Kind = {
  format: sse({ raw: true }),
  read: ({ event, data }: { event: string; data: string }) => (event === "output" ? data : null),
  write: (record) => {
    const [event, content] = record as [string, unknown];
    return `event: ${event}\n${data(content)}`;
  },
};
const MARKED: Kind = { ...EVENTS, format: sse({ raw: true, done: { event: "done" } }) };
const ANY_EVENT: Kind = { ...EVENTS, read: ({ data }: { data: string }) => data };
const CHUNKS: Kind = {
  format: sse(),
  read: ({ event, data }: { event: string; data: { text?: string } }) =>
    event === "text_chunk" ? data.text : null,
  write: data,
};
const QUEUE: Kind = {
  format: sse(),
  read: ({ msg, output }: { msg: string; output?: { data?: string[] } }) =>
    msg === "process_generating" ? { text: output?.data?.[0], cumulative: true } : null,
  write: data,
};

/** Named events, of which the first and the last but one have a reason. */
const MESSAGES: Kind = {
  format: sse(),
  read: ({ delta }: { delta?: { text?: string } }) => delta?.text,
  write: (record) => `event: ${(record as { type: string }).type}\n${data(record)}`,
};

const chat = (content: string, finish_reason: string | null = null) => ({
  id: "c",
  choices: [{ index: 0, delta: { content }, finish_reason }],
});
const growing = (text: string, finish_reason: object | null) => ({
  text,
  meta_info: { id: "a", finish_reason, prompt_tokens: 3 },
});
const step = (text: string) => ({ event: "text_chunk", data: { text } });
const turn = (text: string) => ({ msg: "process_generating", output: { data: [text] } });

const script = (
  { contentType = "text/event-stream", write }: Kind,
  records: unknown[],
): Script => ({
  headers: { "content-type": contentType },
  steps: records.map((record) => ({ text: write(record) })),
});

const FAILURES: readonly (readonly [string, Kind, readonly unknown[], RegExp])[] = [
  ["an aborted answer", CHAT, [chat("Hel"), chat("", "abort"), "[DONE]"], /reason "abort"/],
  [
    "an abort beside usage",
    CHAT,
    [chat("Hel"), chat("", "abort"), { choices: [], usage: { total_tokens: 3 } }, "[DONE]"],
    /reason "abort"/,
  ],
  ["an engine that failed", CHAT, [chat("Hel", "error"), "[DONE]"], /reason "error"/],
  [
    "an engine that failed, with text",
    COMPLETION,
    [{ choices: [{ text: "Hel", finish_reason: "cancelled" }] }, { usage: {} }],
    /reason "cancelled"/,
  ],
  [
    "an abort as an object, where the hook says the end",
    GROWING,
    [growing("Hel", null), growing("Hel", { type: "abort", message: "no room" }), "[DONE]"],
    /reason "abort": no room/,
  ],
  [
    "an error's text in place of the text",
    WORKER,
    [
      { text: "Hel", error_code: 0 },
      { text: "Hel, and no room", error_code: 50_002 },
    ],
    /no room/,
  ],
  ["a line with a reason", LINES, [{ response: "Hel", done_reason: "timeout" }], /"timeout"/],
  [
    "an end by its name",
    EVENTS,
    [
      ["output", "Hel"],
      ["done", { reason: "canceled" }],
    ],
    /canceled/,
  ],
  [
    "an end marker",
    MARKED,
    [
      ["output", "Hel"],
      ["done", { reason: "error" }],
    ],
    /error$/,
  ],
  [
    "an event of a failure, read as text",
    ANY_EVENT,
    [
      ["output", "Hel"],
      ["exception", "no room"],
    ],
    /no room/,
  ],
  [
    "a workflow that failed",
    CHUNKS,
    [step("Hel"), { event: "workflow_finished", data: { status: "failed", error: "no room" } }],
    /no room/,
  ],
  [
    "a code and words behind which nothing comes",
    LINES,
    [{ response: "Hel" }, { code: "InvalidParameter", message: "no room", request_id: "r" }],
    /no room/,
  ],
  [
    "an error in an object of the record that ends it",
    CHAT,
    [chat("Hel"), { ...chat("", "stop"), x_groq: { error: "no room" } }, "[DONE]"],
    /no room/,
  ],
  [
    "an error in an object of the last record",
    CHAT,
    [chat("Hel"), { ...chat(""), x_groq: { error: "no room" } }, "[DONE]"],
    /no room/,
  ],
  ["an answer that was called off", CHUNKS, [step("Hel"), { event: "abort" }], /without a message/],
  [
    "a queue whose process failed",
    QUEUE,
    [turn("Hel"), { msg: "process_completed", output: { error: null }, success: false }],
    /without a message/,
  ],
];

const begin = { type: "message_start", message: { content: [], stop_reason: null } };
const piece = (words: string) => ({ type: "content_block_delta", delta: { text: words } });
const reason = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} };

/** Bodies that end well, after records that say that more will come. */
const CUTS: readonly (readonly [string, Kind, readonly unknown[]])[] = [
  ["reasons that are null", CHAT, [chat("Hel")]],
  ["usage so far", CHAT, [chat("Hel"), { ...chat(""), usage: { total_tokens: 2 } }]],
  ["a reason that is one word for none", CHAT, [chat("Hel", "null")]],
  ["a reason without text", CHAT, [{ choices: [{ delta: { content: "Hel" } }] }, chat("")]],
  ["a flag", LINES, [{ response: "Hel", done: false }]],
  ["another flag", LINES, [{ response: "Hel", stop: false }]],
  ["a message that has only begun", MESSAGES, [begin, piece("Hel")]],
  [
    "a step that is over",
    MESSAGES,
    [begin, piece("Hel"), { type: "content_block_stop", index: 0 }, { type: "ping" }],
  ],
  ["an answer that was created", MESSAGES, [{ type: "response.created" }, piece("Hel")]],
  ["a second step", CHAT, [chat("Hel"), chat("", "stop"), chat("l"), chat("o")]],
];

const ANSWERS: readonly (readonly [string, Kind, readonly unknown[]])[] = [
  ["an end", CHAT, [chat("Hel"), chat("lo"), chat("", "stop"), "[DONE]"]],
  ["a limit", CHAT, [chat("Hel"), chat("lo", "length"), { choices: [], usage: {} }, "[DONE]"]],
  ["an end marker alone", CHAT, [chat("Hel"), chat("lo"), "[DONE]"]],
  [
    "a null behind the end",
    CHAT,
    [chat("Hello"), chat("", "stop"), { ...chat(""), usage: { total_tokens: 3 } }],
  ],
  [
    "a last line",
    LINES,
    [
      { response: "Hel", done: false },
      { response: "lo", done: true },
    ],
  ],
  [
    "a flag of another name",
    LINES,
    [
      { response: "Hel", finished: false, stop_reason: null },
      { response: "lo", finished: true, stop_reason: null },
    ],
  ],
  ["usage of all", CHAT, [chat("Hel"), chat("lo"), { choices: [], usage: { total_tokens: 3 } }]],
  ["two steps", CHAT, [chat("Hel"), chat("", "stop"), chat("lo"), chat("", "stop")]],
  [
    "a step that has not ended",
    LINES,
    [{ type: "status", done: false }, { response: "Hello" }, { type: "task", done: false }],
  ],
  [
    "an answer that was to be longer",
    MESSAGES,
    [{ type: "response.created" }, piece("Hello"), { type: "response.incomplete" }],
  ],
  ["a message", MESSAGES, [begin, piece("Hello"), reason, { type: "message_stop" }]],
  ["a message without a reason", MESSAGES, [begin, piece("Hello"), { type: "message_stop" }]],
  ["a stream kept alive with null", LINES, [null, { response: "Hel" }, null, { response: "lo" }]],
  [
    "an end by a stop sequence that is called so",
    CHAT,
    [
      { choices: [{ delta: { content: "Hello" }, finish_reason: "stop", stop_reason: "error" }] },
      { choices: [{ delta: {}, finish_reason: "stop", stop_reason: "timeout" }] },
    ],
  ],
  ["an end that nobody knows", CHAT, [chat("Hello"), chat("", "repetition"), "[DONE]"]],
  ["an end as an object", GROWING, [growing("Hel", null), growing("Hello", { type: "stop" })]],
  ["codes that say nothing", WORKER, [{ text: "Hello", error_code: 0, error: false }]],
  ["an end that is not said", EVENTS, [["output", "Hello"]]],
  [
    "a step that failed",
    CHUNKS,
    [{ event: "node_finished", data: { status: "failed" } }, step("Hello")],
  ],
  [
    "a last step that failed",
    CHUNKS,
    [step("Hello"), { event: "node_finished", data: { status: "failed", error: "no hits" } }],
  ],
  [
    "a message of a tool that failed",
    CHUNKS,
    [{ event: "message_end", message: { role: "tool", status: "error" } }, step("Hello")],
  ],
  ["a reason of a step", CHUNKS, [{ type: "finish-step", finish_reason: "error" }, step("Hello")]],
  [
    "an end that is well",
    EVENTS,
    [
      ["output", "Hello"],
      ["done", {}],
    ],
  ],
  [
    "an end marker that is well",
    MARKED,
    [
      ["output", "Hello"],
      ["done", { reason: "stop" }],
    ],
  ],
  [
    "an end beside which something else failed",
    MARKED,
    [
      ["output", "Hello"],
      ["done", { cache: { status: "expired" }, follow_ups: { error: "no room" } }],
    ],
  ],
  [
    "an end whose text no filter has read",
    GROWING,
    [
      growing("Hel", null),
      {
        ...growing("Hello", { type: "stop" }),
        content_filter_results: { error: { code: "content_filter_error", message: "not run" } },
      },
    ],
  ],
  [
    "a queue's end",
    QUEUE,
    [turn("Hello"), { msg: "process_completed", output: {}, success: true }],
  ],
];

const fieldsOf = ({ format, read }: Kind) => ({
  format: format as StreamFormat<never>,
  parseChunk: read as (record: StreamDelta, context: ChunkContext) => StreamDelta | string | null,
  maxRetries: 0,
});

describe.each(everyPath)("a hook that reads nothing but text, on $title", ({ create, call }) => {
  it.each(FAILURES)("does not take %s for a whole answer", async (_, kind, records, words) => {
    const { url } = serve(server, script(kind, [...records]));
    const error = await rejection(call(create(url, fieldsOf(kind))));
    expect(error).toMatchObject({ code: "MODEL_STREAM", message: words });
    expect(partialOf(error)).toMatch(/^Hel/);
  });

  it.each(CUTS)("does not take what ends behind %s for whole", async (_, kind, records) => {
    const { url } = serve(server, script(kind, [...records]));
    const error = await rejection(call(create(url, fieldsOf(kind))));
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM", message: /before the provider said/ });
    expect(partialOf(error)).toMatch(/^Hel/);
  });

  it.each(ANSWERS)("gives the answer of %s", async (_, kind, records) => {
    const { url } = serve(server, script(kind, [...records]));
    expect(await call(create(url, fieldsOf(kind)))).toBe("Hello");
  });
});

describe("An end that a wire promises", () => {
  const [path] = everyPath;
  const cut = async (fields: object, records: unknown[] = [chat("Hello")], kind = CHAT) => {
    const { url } = serve(server, script(kind, records));
    return path!.call(path!.create(url, { ...fieldsOf(kind), ...fields }));
  };

  it("is waited for by no one who says so", async () => {
    expect(await cut({ endOfStream: "optional" })).toBe("Hello");
    const isNoError = { parseRecordError: () => null };
    const { url } = serve(server, script(CHAT, [chat("Hello")]));
    const model = path!.create(url, fieldsOf(CHAT));
    expect(await path!.call(Object.assign(model, isNoError))).toBe("Hello");
  });

  it("is said by a word of its own", async () => {
    const fields = {
      format: sse({ raw: true }),
      parseChunk: ({ data: words }: { data: string }) =>
        words === "[END]" ? null : (JSON.parse(words) as { text: string }).text,
    };
    expect(await cut(fields, [{ text: "Hello", done: false }, "[END]"])).toBe("Hello");
  });

  it("is waited for once more where the hook has read that of a step", async () => {
    const parseChunk = ({ choices: [choice] }: { choices: ReturnType<typeof chat>["choices"] }) => {
      return { text: choice!.delta.content, finishReason: choice!.finish_reason ?? undefined };
    };
    const steps = [chat("Hel"), chat("", "stop"), chat("l"), chat("o")];
    const error = await rejection(cut({ parseChunk }, steps));
    expect(error).toMatchObject({ code: "TRUNCATED_STREAM" });
    expect(await cut({ parseChunk }, [...steps, chat("", "stop")])).toBe("Hello");
  });

  it("is none in text that happens to be JSON", async () => {
    expect(await cut({}, [["token", '{"done":false}']], ANY_EVENT)).toBe('{"done":false}');
  });
});

describe("JSON that a hook parses itself", () => {
  it("is a cut answer where the body ends in it", async () => {
    const [path] = everyPath;
    const begun = WORKER.write({ text: "Hel" });
    const { url } = serve(server, {
      headers: { "content-type": "text/plain" },
      steps: [{ text: begun }, { text: begun.slice(0, 8) }],
    });
    const error = await rejection(path!.call(path!.create(url, fieldsOf(WORKER))));
    expect(error).toMatchObject({ code: "CHUNK_PARSE", index: 1, unfinished: true });
    expect(partialOf(error)).toBe("Hel");
  });
});

describe("Words in place of an event", () => {
  it.each([
    [
      "are no end of an answer",
      [chat("Hel")],
      /TRUNCATED_STREAM.* proxy error: connection reset by peer$/,
    ],
    [
      "are told where they are all",
      [],
      /TRUNCATED_STREAM.* proxy error: connection reset by peer$/,
    ],
    ["count for nothing behind its end", [chat("Hello"), "[DONE]"], /^Hello$/],
  ])("%s", async (_, records, end) => {
    const [path] = everyPath;
    const { headers, steps = [] } = script(CHAT, records);
    const text = "proxy error: connection reset by peer\n";
    const { url } = serve(server, { ...(headers && { headers }), steps: [...steps, { text }] });
    const call = path!.call(path!.create(url, fieldsOf(CHAT)));
    const told = ({ code, message }: { code: string; message: string }) => `${code} ${message}`;
    expect(await call.catch(told)).toMatch(end);
  });
});

describe("A null", () => {
  it("is nothing to any hook that reads records, but for what it throws itself", async () => {
    const [path] = everyPath;
    const records = [null, { response: "Hello" }];
    const url = () => serve(server, script(LINES, records)).url;
    const model = path!.create(url(), fieldsOf(LINES));
    Object.assign(model, { parseRecordError: ({ failed }: { failed?: string }) => failed });
    expect(await path!.call(model)).toBe("Hello");
    const refusing = path!.create(url(), {
      ...fieldsOf(LINES),
      parseChunk: () => {
        throw new Error("no record");
      },
    });
    expect(await rejection(path!.call(refusing))).toMatchObject({ code: "CHUNK_PARSE", index: 0 });
  });

  it("named as an error is one", async () => {
    const [path] = everyPath;
    const records = [
      ["generating", ["Hel"]],
      ["error", null],
    ];
    const read = (pieces: string[]) => pieces[0];
    const kind = { ...EVENTS, format: sse(), read };
    const { url } = serve(server, script(kind, records));
    expect(await rejection(path!.call(path!.create(url, fieldsOf(kind))))).toMatchObject({
      code: "MODEL_STREAM",
      message: /without a message/,
    });
  });
});

describe("A failure at the end", () => {
  it("is none in text that happens to be JSON", async () => {
    const words = '{"finish_reason":"error","error_code":1}';
    const [path] = everyPath;
    const asDelta = (record: unknown) => ({ text: String(record) });
    const asLine = (record: unknown) => `${String(record)}\n`;
    for (const parseChunk of [String, asDelta, asLine]) {
      const steps = [{ text: words }];
      const { url } = serve(server, { headers: { "content-type": "text/plain" }, steps });
      const model = path!.create(url, { format: text() as StreamFormat<never>, parseChunk });
      expect((await path!.call(model)).trim()).toBe(words);
    }
    const { url } = serve(server, script(ANY_EVENT, [["token", words]]));
    expect(await path!.call(path!.create(url, fieldsOf(ANY_EVENT)))).toBe(words);
  });

  it("is none where the hook says so", async () => {
    const [path] = everyPath;
    const { url } = serve(server, script(CHAT, [chat("Hello", "abort"), "[DONE]"]));
    const model = path!.create(url, fieldsOf(CHAT));
    Object.assign(model, { parseRecordError: () => null });
    expect(await path!.call(model)).toBe("Hello");
  });
});
