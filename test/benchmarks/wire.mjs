/** The bytes that are measured: what providers send, made from a seed, so that every run and every contender reads the same. */
import { crc32 } from "node:zlib";
import { longMessage } from "./bodies.mjs";

const WORDS =
  ' the| of| and| streaming|,| model| a|.| token| is| bytes| to| answer|ing| server|\\n| every| \\"quoted\\"| in| reads|ly| context| it|:| for| sky| blue|\\n\\n| light| scatters'.split(
    "|",
  );
const WIDE_WORDS =
  "天空|为什么|是|蓝色|的|。|光|散射|😀|因为|大气|👩‍🚀|,|波长|短|模型|流|🌍|字|节".split("|");

/** A generator of numbers in 0..1 (mulberry32), the same for every run. */
export function randomNumbers(seed = 1) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = (list, random) => list[Math.floor(random() * list.length)];

/** One record of a stream of chat completions, some 284 bytes. */
export function openAIRecord(content, finishReason = "null") {
  return deltaRecord(content === undefined ? "{}" : `{"content":"${content}"}`, finishReason);
}

function deltaRecord(delta, finishReason = "null") {
  return `{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"fp_38343a2f8f","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finishReason}}]}`;
}

/** A piece of the arguments of one tool call, which a text takes nearly all of: the writing of a file, say. */
function callRecord(content, index, count) {
  const isFirst = index === 0;
  const piece = isFirst ? "" : index === 1 ? '{"text":"' : index === count - 1 ? '"}' : content;
  const named = isFirst ? { id: "call_DdmO9pD3xa9XTPNJ32zg2hcA", type: "function" } : {};
  const own = { ...(isFirst && { name: "write_file" }), arguments: piece };
  const call = JSON.stringify({ index: 0, ...named, function: own });
  // ChatOpenAI takes an answer without its role for something else.
  return deltaRecord(
    `{${isFirst ? '"role":"assistant","content":null,' : ""}"tool_calls":[${call}]}`,
  );
}

/** The same with three more places that differ: token counts and padding, as some servers send them. */
function variedRecord(content, index, random) {
  const padding = "aB3dE6gH9jK2".slice(0, 1 + Math.floor(random() * 11));
  return `{"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,"model":"gpt-4.1-mini","choices":[{"index":0,"delta":{"content":"${content}"},"finish_reason":null}],"usage":{"prompt_tokens":12,"completion_tokens":${index},"total_tokens":${index + 12}},"obfuscation":"${padding}"}`;
}

/** One line of Ollama's chat endpoint. */
export function ollamaLine(content, index, done = false) {
  const at = String(100_000_000 + index * 7919).slice(-9);
  const end = done
    ? `"done_reason":"stop","done":true,"total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":282,"eval_duration":4535599000`
    : `"done":false`;
  return `{"model":"llama3.2","created_at":"2025-08-04T08:52:19.${at}Z","message":{"role":"assistant","content":"${content}"},${end}}`;
}

/** A message of Amazon's event stream, with headers that are all texts. */
export function eventFrame(headers, payload) {
  const parts = Object.entries(headers).flatMap(([name, value]) => [
    Buffer.of(name.length),
    Buffer.from(name),
    Buffer.of(7, value.length >> 8, value.length & 0xff),
    Buffer.from(value),
  ]);
  const block = Buffer.concat(parts);
  const body = Buffer.from(payload);
  const frame = Buffer.alloc(block.length + body.length + 16);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(block.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  block.copy(frame, 12);
  body.copy(frame, 12 + block.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

const eventHeaders = (event, contentType) => ({
  ":event-type": event,
  ":content-type": contentType,
  ":message-type": "event",
});

/** A piece of an answer of Bedrock's Converse, padded as it pads. */
function converseFrame(content, random) {
  const padding = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const payload = `{"contentBlockIndex":0,"delta":{"text":"${content}"},"p":"${padding.slice(0, 1 + Math.floor(random() * 61))}"}`;
  return eventFrame(eventHeaders("contentBlockDelta", "application/json"), payload);
}

/** A piece of an answer of SageMaker, which hands on what its container writes. */
function payloadPart(payload) {
  return eventFrame(eventHeaders("PayloadPart", "application/octet-stream"), payload);
}

const KIB16 = 16 * 1024;

/** Bodies by name, each as the list of its records with their framing. */
const RECORDS = {
  openai: (content) => `data: ${openAIRecord(content)}\n\n`,
  wide: (content) => `data: ${openAIRecord(content)}\n\n`,
  varied: (content, index, random) => `data: ${variedRecord(content, index, random)}\n\n`,
  calls: (content, index, _, count) => `data: ${callRecord(content, index, count)}\n\n`,
  reasoning: (content) => `data: ${deltaRecord(`{"reasoning_content":"${content}"}`)}\n\n`,
  lines: (content) => `${openAIRecord(content)}\n`,
  ollama: (content, index) => `${ollamaLine(content, index)}\n`,
  converse: (content, _, random) => converseFrame(content, random),
  parts: (content) => payloadPart(`${openAIRecord(content)}\n`),
  shortParts: (content) => payloadPart(content),
  longParts: (content) => payloadPart(content.repeat(KIB16 / content.length)),
};

/** Kinds of which whole answers are made, and of which block. */
const MESSAGES = { messages: "text", messageCalls: "tool_use", messageThoughts: "thinking" };

/** The records of an answer, as buffers, without an end marker. */
export function records(kind, count, seed = 1) {
  const random = randomNumbers(seed);
  if (kind in MESSAGES) {
    return longMessage(MESSAGES[kind], count, random).map((event) => Buffer.from(event));
  }
  const words = kind === "wide" ? WIDE_WORDS : WORDS;
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(RECORDS[kind](pick(words, random), index, random, count)),
  );
}

/** What ends an answer; nothing, where its records say so themselves. */
export function ending(kind, count) {
  if (kind in MESSAGES) return Buffer.alloc(0);
  if (kind === "ollama") return Buffer.from(`${ollamaLine("", count, true)}\n`);
  const last = openAIRecord(undefined, kind === "calls" ? '"tool_calls"' : '"stop"');
  return Buffer.from(kind === "lines" ? `${last}\n` : `data: ${last}\n\ndata: [DONE]\n\n`);
}

/** Cuts bytes into reads of a size, or of sizes that a function gives. */
export function cut(bytes, size) {
  const reads = [];
  for (let at = 0; at < bytes.length;) {
    const length = typeof size === "function" ? size() : size;
    reads.push(bytes.subarray(at, at + length));
    at += length;
  }
  return reads;
}

/** A body in HTTP/1.1 chunks. */
export function httpChunks(reads) {
  return Buffer.concat(
    reads.flatMap((bytes) => [
      Buffer.from(`${bytes.length.toString(16)}\r\n`),
      bytes,
      Buffer.from("\r\n"),
    ]),
  );
}
