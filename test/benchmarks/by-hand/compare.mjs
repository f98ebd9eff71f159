/**
 * Runs model classes that people have written by hand and published, and the examples that speak the same wires,
 * against one server, and prints the table of docs/by-hand.md:
 *
 *     npm run build && npm ci --prefix test/benchmarks/by-hand
 *     npx tsx --tsconfig tsconfig.examples.json test/benchmarks/by-hand/compare.mjs
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { BedrockChat as ByHandBedrock } from "@langchain/community/chat_models/bedrock/web";
import { ChatTencentHunyuan } from "@langchain/community/chat_models/tencent_hunyuan";
import { Replicate } from "@langchain/community/llms/replicate";
import { SageMakerEndpoint } from "@langchain/community/llms/sagemaker_endpoint";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { fromUtf8, toUtf8 } from "@smithy/util-utf8";
import { GigaChat } from "langchain-gigachat";
import { BedrockChat } from "../../../examples/bedrock-converse.ts";
import { GigaChatLLM } from "../../../examples/gigachat.ts";
import { HunyuanChat } from "../../../examples/hunyuan.ts";
import { ReplicateLLM } from "../../../examples/replicate.ts";
import { SageMakerLLM } from "../../../examples/sagemaker.ts";
import { anthropicMessages } from "../../../examples/server/wires/anthropic-messages.mjs";
import { eventFrame } from "../../../examples/server/wires/aws-frames.mjs";
import { bedrockConverse } from "../../../examples/server/wires/bedrock-converse.mjs";
import { gigachat } from "../../../examples/server/wires/gigachat.mjs";
import { hunyuan } from "../../../examples/server/wires/hunyuan.mjs";
import { replicateStream } from "../../../examples/server/wires/replicate.mjs";
import { sagemaker } from "../../../examples/server/wires/sagemaker.mjs";

const require = createRequire(import.meta.url);
const TEXT = ["‘Größe’ ", "— 漢字 ", "🐈 ", "and so on."];
const PATIENCE_MS = 3000;
const SUMMARY = { promptTokens: 3, outputTokens: 4, reasoningTokens: 0, finishReason: "stop" };
const answer = { parts: [{ type: "text", pieces: TEXT }], summary: SUMMARY };
const nowhere = new URL("http://localhost");

const ofChat = (wire) => () => wire.stream({ stream: true }, answer, nowhere);
const ofText = (wire) => () => {
  const writer = wire.write({});
  const frames = TEXT.map((text, at) => writer.token(text, at + 1));
  return { contentType: writer.contentType, frames: [...frames, writer.end(SUMMARY)] };
};
/** What Bedrock adds to the last event. */
const METRICS = { "amazon-bedrock-invocationMetrics": { inputTokenCount: 3, outputTokenCount: 4 } };
/** Claude behind Bedrock's older path: its own events, in base64. */
const claude = () => ({
  contentType: "application/vnd.amazon.eventstream",
  frames: [...anthropicMessages.stream({}, answer, nowhere).frames]
    .flatMap((frame) => [...frame.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data)))
    .map((event) => (event.type === "message_stop" ? { ...event, ...METRICS } : event))
    .map((event) => Buffer.from(JSON.stringify(event)).toString("base64"))
    .map((bytes) => eventFrame("chunk", JSON.stringify({ bytes }))),
});
const sseError = 'data: {"error":{"message":"out of memory"}}\n\n';

function exception(type, payload) {
  const named = {
    ":message-type": "exception",
    ":exception-type": type,
    ":content-type": "application/json",
  };
  const headers = Object.entries(named).map(([name, value]) => [name, { type: "string", value }]);
  const codec = new EventStreamCodec(toUtf8, fromUtf8);
  return codec.encode({
    headers: Object.fromEntries(headers),
    body: fromUtf8(JSON.stringify(payload)),
  });
}

/** What the server does next, and what it has seen of it. */
let scene;
const server = createServer(async (request, response) => {
  request.resume();
  const { url } = request;
  const json = (body) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  if (url.includes("oauth") || url.includes("/tokens")) {
    const expires = Date.now() + 3_600_000;
    const iam = { iamToken: "t", expiresAt: new Date(expires).toISOString() };
    return json({ access_token: "t", tok: "t", expires_at: expires, ...iam });
  }
  if (request.method === "POST" && url.includes("/predictions")) {
    if (url.endsWith("/cancel")) return json({});
    return json({ id: "1", status: "starting", urls: { stream: `${origin}/stream` } });
  }
  const { contentType, frames } = scene.wire();
  const current = scene;
  response.on("close", () => current.onClosed?.(!response.writableFinished));
  response.writeHead(200, { "content-type": contentType });
  response.socket.setNoDelay(true);
  const sent = scene.keep === undefined ? [...frames] : [...frames].slice(0, scene.keep);
  if (scene.tail !== undefined) sent.push(scene.tail);
  const bytes = Buffer.concat(sent.map((frame) => Buffer.from(frame)));
  for (let at = 0; at < bytes.length && !response.destroyed; at += 5) {
    response.write(bytes.subarray(at, at + 5));
    if (at % 25 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (scene.stalls !== true) response.end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

// Some of them know only their provider's address.
const realFetch = globalThis.fetch;
Reflect.set(globalThis, "fetch", (target, options) => {
  const url = new URL(target instanceof Request ? target.url : target);
  return realFetch(new URL(url.pathname + url.search, origin), options);
});
console.warn = console.error = () => undefined;
const print = console.log;
console.log = () => undefined;
let crashes = 0;
process.on("uncaughtException", () => crashes++);

const keys = { accessKeyId: "k", secretAccessKey: "s" };
const handler = {
  contentType: "application/json",
  accepts: "application/json",
  transformInput: (prompt) => Buffer.from(JSON.stringify({ inputs: prompt, stream: true })),
  // As the class's own documentation has it: each part is decoded for itself.
  transformOutput: (output) => {
    const events = [
      ...Buffer.from(output)
        .toString()
        .matchAll(/^data:(.*)$/gm),
    ];
    return events.map(([, data]) => JSON.parse(data).token.text).join("");
  },
};
const common = { maxRetries: 0 };

const PAIRS = [
  {
    wire: "Bedrock",
    byHand: [
      "@langchain/community",
      "BedrockChat",
      ["chat_models/bedrock/web", "utils/bedrock/index", "utils/bedrock/anthropic"],
    ],
    original: () =>
      new ByHandBedrock({
        ...common,
        model: "anthropic.claude-3",
        region: "us-east-1",
        credentials: keys,
      }),
    speaks: claude,
    port: () => new BedrockChat({ ...common, baseUrl: origin, model: "m" }),
    portSpeaks: ofChat(bedrockConverse),
    files: ["bedrock-converse", "support/bedrock", "support/aws"],
    failure: exception("modelStreamErrorException", { message: "out of memory" }),
  },
  {
    wire: "SageMaker",
    byHand: ["@langchain/community", "SageMakerEndpoint", ["llms/sagemaker_endpoint"]],
    original: () =>
      new SageMakerEndpoint({
        ...{ ...common, endpointName: "alice", streaming: true, contentHandler: handler },
        clientOptions: { region: "us-east-1", endpoint: origin, credentials: keys, maxAttempts: 1 },
      }),
    speaks: ofText(sagemaker),
    failure: eventFrame("PayloadPart", 'data:{"error":"out of memory"}\n\n', "text/plain"),
    port: () => new SageMakerLLM({ ...common, baseUrl: origin, name: "alice" }),
    files: ["sagemaker", "support/aws"],
  },
  {
    wire: "Hunyuan",
    failure: 'data: {"ErrorMsg":{"Msg":"out of memory","Code":4001}}\n\n',
    byHand: ["@langchain/community", "ChatTencentHunyuan", ["chat_models/tencent_hunyuan/base"]],
    original: () =>
      new ChatTencentHunyuan({
        ...common,
        tencentSecretId: "i",
        tencentSecretKey: "k",
        streaming: true,
      }),
    speaks: ofChat(hunyuan),
    port: () => new HunyuanChat({ ...common, baseUrl: origin, model: "m" }),
    files: ["hunyuan", "support/hunyuan"],
  },
  {
    wire: "GigaChat",
    byHand: ["langchain-gigachat", "GigaChat", []],
    original: () =>
      new GigaChat({
        ...{ ...common, credentials: "k", baseUrl: `${origin}/api/v1`, authUrl: `${origin}/oauth` },
        streaming: true,
      }),
    speaks: ofText(gigachat),
    port: () =>
      new GigaChatLLM({
        ...common,
        baseUrl: `${origin}/api/v1`,
        authUrl: `${origin}/oauth`,
        model: "m",
      }),
    files: ["gigachat"],
  },
  {
    wire: "Replicate",
    hasUsage: false,
    failure: "event: error\ndata: out of memory\n\n",
    byHand: ["@langchain/community", "Replicate", ["llms/replicate"]],
    original: () => new Replicate({ ...common, apiKey: "k", model: "o/m", promptKey: "prompt" }),
    speaks: ofText(replicateStream),
    port: () => new ReplicateLLM({ ...common, baseUrl: origin, model: "o/m" }),
    files: ["replicate"],
  },
];

const textOf = (chunk) => (typeof chunk === "string" ? chunk : chunk.text);

/** Reads a stream to its end; gives up after a while. */
async function read(model, options) {
  let text = "";
  let usage;
  const handler = {
    handleLLMEnd: (output) => {
      const { llmOutput, generations } = output;
      const [[generation]] = generations;
      usage ??= llmOutput?.tokenUsage ?? generation?.message?.usage_metadata;
    },
  };
  const reading = (async () => {
    for await (const chunk of await model.stream("x", { callbacks: [handler], ...options })) {
      text += textOf(chunk);
      usage = chunk.usage_metadata ?? usage;
    }
  })();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("hangs")), PATIENCE_MS);
  });
  const error = await Promise.race([reading, late]).catch((reason) => reason);
  clearTimeout(timer);
  return { text, usage, error };
}

const numbers = (usage) => Object.values(usage ?? {}).filter((count) => count > 0).length;

async function check(create, wire, tail = sseError, hasUsage) {
  const whole = TEXT.join("");
  const results = [];
  scene = { wire };
  const good = await read(create());
  results.push(good.text === whole ? "right" : good.text.includes("\ufffd") ? "garbled" : "wrong");
  const usage = numbers(good.usage) > 0 ? "there" : "lost";
  results.push(hasUsage ? usage : "–");
  scene = { wire, keep: 2 };
  const cut = await read(create());
  results.push(
    cut.error === undefined
      ? "taken for the answer"
      : cut.error.message === "hangs"
        ? "hangs"
        : "an error",
  );
  scene = { wire, keep: 2, tail };
  const failed = await read(create());
  const { message } = failed.error ?? {};
  const said = message?.includes("out of memory")
    ? "its words"
    : message === "hangs"
      ? "hangs"
      : "an error without its words";
  results.push(message === undefined ? "swallowed" : said);
  const before = crashes;
  let closed;
  const left = new Promise((resolve) => (closed = resolve));
  scene = { wire, stalls: true, keep: 5, onClosed: closed };
  const leaving = (async () => {
    for await (const chunk of await create().stream("x")) if (textOf(chunk)) break;
  })();
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  // What it says is no matter here.
  await Promise.race([leaving, late]).catch(() => undefined);
  const isClosed = await Promise.race([
    left,
    new Promise((resolve) => setTimeout(resolve, 1000, false)),
  ]);
  const crashed = crashes > before ? ", and the process crashes" : "";
  results.push((isClosed ? "closed" : "left open") + crashed);
  return results;
}

/** Lines without blanks and comments. */
function linesIn(source) {
  const code = source.replace(/\/\*[^]*?\*\//g, "").split("\n");
  return code.filter((line) => line.trim() !== "" && !line.trim().startsWith("//")).length;
}

function linesOf(pkg, modules) {
  const root = require.resolve(`${pkg}/package.json`).replace("package.json", "");
  if (modules.length === 0) return linesIn(readFileSync(`${root}dist/chat_models.js`, "utf8"));
  return modules
    .map((name) => JSON.parse(readFileSync(`${root}dist/${name}.js.map`, "utf8")).sourcesContent[0])
    .reduce((sum, source) => sum + linesIn(source), 0);
}
const ownLines = (files) =>
  files
    .map((name) => readFileSync(new URL(`../../../examples/${name}.ts`, import.meta.url), "utf8"))
    .reduce((sum, source) => sum + linesIn(source.replace(/\nif \(isMain[^]*$/, "")), 0);

const HEAD = [
  "class",
  "lines",
  "characters",
  "usage",
  "an early end",
  "an error in the stream",
  "`break`",
];
print(`| ${HEAD.join(" | ")} |\n|${HEAD.map(() => "---").join("|")}|`);
const row = (...cells) => print(`| ${cells.join(" | ")} |`);
for (const {
  byHand,
  original,
  speaks,
  port,
  portSpeaks = speaks,
  files,
  failure,
  hasUsage = true,
} of PAIRS) {
  const [pkg, name, modules] = byHand;
  const { version } = require(`${pkg}/package.json`);
  row(
    `\`${name}\` of ${pkg} ${version}`,
    linesOf(pkg, modules),
    ...(await check(original, speaks, failure, hasUsage)),
  );
  const ported = port();
  row(
    `example \`${ported.constructor.name}\``,
    ownLines(files),
    ...(await check(port, portSpeaks, failure, hasUsage)),
  );
}
process.exit(0);
