/**
 * What becomes of a call when the server breaks off, falls silent, refuses a crowd, or has no quota left: ours,
 * LangChain's ChatOpenAI and the AI SDK, with their default settings but for the silence, on one server in one
 * run. Nothing is asserted here: it prints what was seen.
 *
 *   npm run build && node test/benchmarks/unbroken.mjs
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { loadOpenAIDoor, loadPackage } from "./package-under-test.mjs";

if (!existsSync(new URL("node_modules/", import.meta.url))) {
  execFileSync("npm", ["ci"], { cwd: new URL(".", import.meta.url), stdio: "inherit" });
}

const CALLS = 40;
const CAPACITY = 4;
const ANSWER_MS = 50;
const BEAT_MS = 20;
/** What a contender is told to take for silence, where it can be told. */
const SILENCE_MS = 500;
/** When "never" has been shown. */
const PATIENCE_MS = 5_000;

// The server: what it does is the first part of the path, and each contender has paths of its own.

const choice = (delta, finish_reason = null) => ({
  ...{ id: "1", object: "chat.completion.chunk", created: 1, model: "m" },
  choices: [{ index: 0, delta, finish_reason }],
});
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const TOKEN = event(choice({ role: "assistant", content: "Hello" }));
const END = `${event(choice({ content: " there" }))}${event(choice({}, "stop"))}data: [DONE]\n\n`;
const WHOLE = JSON.stringify({
  ...{ id: "1", object: "chat.completion", created: 1, model: "m" },
  choices: [
    { index: 0, message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
});

const begin = (response, stream) =>
  response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });

const refuse = (response, error, headers = {}) =>
  response
    .writeHead(429, { "content-type": "application/json", ...headers })
    .end(JSON.stringify({ error: { message: "refused", ...error } }));

const scenes = {
  /** The first body breaks off in the middle; the others are whole. */
  broken({ stream, count, response }) {
    begin(response, stream);
    if (count > 1) return void response.end(stream ? TOKEN + END : WHOLE);
    response.write(stream ? TOKEN : WHOLE.slice(0, 100), () => response.destroy());
  },
  /** One token, and then comments. */
  comments: ({ response }) => beat(response, ": keep-alive\n\n"),
  /** One token, and then events that say nothing. */
  pings: ({ response }) => beat(response, event({ ...choice({}), choices: [] })),
  /** So many at a time. */
  crowd({ stream, seen, response }) {
    if (seen.active === CAPACITY) {
      seen.refused++;
      return void refuse(response, { code: "rate_limit_exceeded" }, { "retry-after": "1" });
    }
    seen.active++;
    setTimeout(() => {
      seen.active--;
      begin(response, stream).end(stream ? TOKEN + END : WHOLE);
    }, ANSWER_MS);
  },
  quota: ({ response }) =>
    refuse(response, { code: "insufficient_quota", type: "insufficient_quota" }),
};

function beat(response, text) {
  begin(response, true).write(TOKEN);
  const timer = setInterval(() => response.write(text), BEAT_MS);
  response.on("close", () => clearInterval(timer));
}

const log = new Map();
const seenBy = (key) => {
  if (!log.has(key)) log.set(key, { requests: 0, refused: 0, active: 0 });
  return log.get(key);
};

const server = createServer((request, response) => {
  const [, scene, contender] = request.url.split("/");
  const seen = seenBy(`${scene}/${contender}`);
  const count = ++seen.requests;
  let body = "";
  request.on("data", (bytes) => (body += bytes));
  request.on("end", () => {
    scenes[scene]({ stream: JSON.parse(body).stream === true, count, seen, response });
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseUrl = (scene, contender) =>
  `http://127.0.0.1:${server.address().port}/${scene}/${contender}/v1`;

// The contenders: a whole answer, and a stream of which each part is shown.

const { HttpStreamingChatModel, sse } = await loadPackage();
const { toOpenAIMessages } = await loadOpenAIDoor();

class OpenAIChat extends HttpStreamingChatModel {
  format = sse();
  constructor({ baseUrl, ...fields }) {
    super(fields);
    this.endpoint = `${baseUrl}/chat/completions`;
  }
  _llmType() {
    return "openai";
  }
  buildPayload(messages) {
    return { model: "m", messages: toOpenAIMessages(messages), stream: true };
  }
  parseChunk({ choices: [choice] }) {
    return { text: choice?.delta.content, finishReason: choice?.finish_reason };
  }
}

const { ChatOpenAI } = await import("@langchain/openai");
const { generateText, streamText } = await import("ai");
const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");

const langchain = (url, options) =>
  new ChatOpenAI({ model: "m", apiKey: "k", configuration: { baseURL: url }, ...options });
const aiModel = (url) => createOpenAICompatible({ name: "m", baseURL: url, apiKey: "k" })("m");

const contenders = {
  ours: {
    create: (url) => new OpenAIChat({ baseUrl: url }),
    answer: async (model) => (await model.invoke("Hi")).text,
    async *read(url) {
      const model = new OpenAIChat({
        baseUrl: url,
        timeouts: { token: SILENCE_MS },
        maxRetries: 0,
      });
      for await (const { text } of await model.stream("Hi")) yield text;
    },
  },
  ChatOpenAI: {
    create: (url) => langchain(url),
    answer: async (model) => (await model.invoke("Hi")).text,
    async *read(url, signal) {
      const model = langchain(url, { timeout: SILENCE_MS, maxRetries: 0 });
      for await (const { text } of await model.stream("Hi", { signal })) yield text;
    },
  },
  ai: {
    create: aiModel,
    answer: async (model) => (await generateText({ model, prompt: "Hi" })).text,
    async *read(url, abortSignal) {
      const timeout = { chunkMs: SILENCE_MS };
      let failure;
      const onError = ({ error }) => (failure = error);
      const model = aiModel(url);
      const { textStream } = streamText({ model, prompt: "Hi", timeout, abortSignal, onError });
      yield* textStream;
      if (failure !== undefined) throw failure;
    },
  },
};

// The rows.

const failed = ({ phase, name, code }) => [name, phase ?? code].filter(Boolean).join(" ");

async function wholeAnswer(scene, name) {
  const { create, answer } = contenders[name];
  const outcome = await answer(create(baseUrl(scene, name))).then(
    (text) => (text === "Hello there" ? "the answer" : `"${text}"`),
    (error) => `an error (${failed(error)})`,
  );
  const { requests } = seenBy(`${scene}/${name}`);
  return `${requests} request${requests === 1 ? "" : "s"}, ${outcome}`;
}

async function silence(scene, name) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  try {
    // An end that only our own patience brings about is none.
    const reading = (async () => {
      for await (const _ of contenders[name].read(baseUrl(scene, name), patience.signal));
    })();
    await Promise.race([reading, sleep(PATIENCE_MS + 500)]);
    return patience.signal.aborted ? "never ends" : `ended after ${seconds()}, without an error`;
  } catch (error) {
    return patience.signal.aborted ? "never ends" : `ended after ${seconds()} (${failed(error)})`;
  } finally {
    clearTimeout(timer);
  }
}

async function crowd(scene, name) {
  const { create, answer } = contenders[name];
  const model = create(baseUrl(scene, name));
  const started = performance.now();
  const calls = Array.from({ length: CALLS }, () => answer(model));
  const answered = (await Promise.allSettled(calls)).filter(({ status }) => status === "fulfilled");
  const { refused } = seenBy(`${scene}/${name}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${answered.length} of ${CALLS}, ${refused} refusals, ${seconds} s`;
}

const rows = [
  ["whole answer, the first body breaks off", "broken", wholeAnswer],
  ["one token, then SSE comments for ever", "comments", silence],
  ["one token, then empty events for ever", "pings", silence],
  [`${CALLS} calls at once, ${CAPACITY} at a time, 429 with Retry-After: 1`, "crowd", crowd],
  ["429 insufficient_quota", "quota", wholeAnswer],
];

const table = [["what", ...Object.keys(contenders)]];
for (const [what, scene, measure] of rows) {
  const cells = [];
  for (const name of Object.keys(contenders)) cells.push(await measure(scene, name));
  table.push([what, ...cells]);
}
server.closeAllConnections();
server.close();

const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
const lines = table.map((row) => `| ${row.map((cell, n) => cell.padEnd(widths[n])).join(" | ")} |`);
lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n\n${lines.join("\n")}`,
);
