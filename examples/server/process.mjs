// @ts-check
/**
 * The model server's process: trains the model, listens on a port of the loopback interface, tells its
 * parent which, and ends with it. Started from a shell (`npm run server`) it says where it is and runs until
 * Ctrl-C. Arguments: the pause before each token in ms, and the port, by default a free one. A request with
 * the header `x-break-after: 7` is broken off in the middle of what follows the seventh token.
 *
 * alice.txt holds passages of Lewis Carroll's "Alice's Adventures in Wonderland" (1865), which is in
 * the public domain.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { answer, InvalidQuestion } from "./answer.mjs";
import { answerChat } from "./chat.mjs";
import { NGramModel } from "./n-gram-model.mjs";
import { anthropicMessages } from "./wires/anthropic-messages.mjs";
import { bedrockConverse } from "./wires/bedrock-converse.mjs";
import { events } from "./wires/events.mjs";
import { gemini } from "./wires/gemini.mjs";
import { gigachat, gigachatToken } from "./wires/gigachat.mjs";
import { hunyuan } from "./wires/hunyuan.mjs";
import { langserve590 } from "./wires/langserve-590.mjs";
import { ollamaChat } from "./wires/ollama-chat.mjs";
import { ollamaGenerate } from "./wires/ollama-generate.mjs";
import { openaiChat } from "./wires/openai-chat.mjs";
import { openaiCompletions } from "./wires/openai-completions.mjs";
import { plainText } from "./wires/plain-text.mjs";
import { replicateServices, replicateStream } from "./wires/replicate.mjs";
import { sagemaker } from "./wires/sagemaker.mjs";
import { yandex, yandexToken } from "./wires/yandex.mjs";

const WIRES = [
  ...[events, gigachat, langserve590, ollamaGenerate, openaiCompletions, plainText],
  ...[replicateStream, sagemaker, yandex],
];
const CHAT_WIRES = [anthropicMessages, bedrockConverse, gemini, hunyuan, ollamaChat, openaiChat];
const SERVICES = [gigachatToken, ...replicateServices, yandexToken];
const LARGEST_REQUEST_BYTES = 1024 * 1024;

const pauseMs = Number(process.argv[2] ?? 40);
// The last one counts, so that `npm run server -- 11435` is heard.
const port = Number(process.argv.slice(3).at(-1) ?? 0);
const model = new NGramModel(readFileSync(new URL("./alice.txt", import.meta.url), "utf8"));
/** What has become of the requests so far, for `GET /status`. */
const status = { active: 0, answered: 0, broken: 0, cancelled: 0 };

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/status") return sendJson(response, 200, status);
  const service = SERVICES.find(({ path }) => path.test(url.pathname));
  if (service !== undefined) {
    return void serveBeside(service, request, response).catch(() => response.destroy());
  }
  const wire =
    WIRES.find(({ path }) => path === url.pathname) ??
    CHAT_WIRES.find(({ path }) => path.test(url.pathname));
  if (wire === undefined)
    return sendJson(response, 404, { error: "there is nothing at this path" });
  const method = ("method" in wire && wire.method) || "POST";
  const refuse = (/** @type {string} */ message, /** @type {number} */ code) => {
    const status = ("errorStatus" in wire && wire.errorStatus) || code;
    sendJson(response, status, wire.error(message, code));
  };
  if (request.method !== method) return refuse(`${method} is expected`, 405);
  if (wire.allows?.(request.headers) === false) {
    return refuse("the credentials are missing, or no longer good", 401);
  }
  serve(wire, request, url, response).catch((/** @type {unknown} */ error) => {
    if (error instanceof InvalidQuestion && !response.headersSent) {
      refuse(error.message, error.status);
    } else {
      response.destroy();
      // Who leaves while still asking is no news.
      if (!request.destroyed) console.error(error);
    }
  });
});
server.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== "EADDRINUSE") throw error;
  console.error(
    `Port ${port} is in use, perhaps by Ollama. Stop what listens there, or choose another port: npm run server -- 11435`,
  );
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  if (process.send) process.send({ port: address.port });
  else console.log(`The model answers at http://127.0.0.1:${address.port}. Ctrl-C ends it.`);
});
process.on("disconnect", () => process.exit());

/**
 * @param {import("./wires/wire.js").Service} service
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function serveBeside(service, request, response) {
  try {
    const body = await readBody(request);
    const ask = (/** @type {import("./wires/wire.js").Question} */ question) =>
      answer(model, question).tokens;
    sendJson(response, service.status ?? 200, service.reply(body, request, ask));
  } catch (error) {
    if (!(error instanceof InvalidQuestion)) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}

/**
 * @param {import("./wires/wire.js").Wire | import("./wires/chat-wire.js").ChatWire} wire
 * @param {import("node:http").IncomingMessage} request
 * @param {URL} url
 * @param {import("node:http").ServerResponse} response
 */
async function serve(wire, request, url, response) {
  const body = await readBody(request);
  const reply =
    "write" in wire ? textReply(wire, body, url, request.headers) : chatReply(wire, body, url);
  const breakAfter = Number(request.headers["x-break-after"] ?? Infinity);
  const left = new AbortController();
  response.on("close", () => left.abort());
  const wait = (/** @type {number} */ tokens) =>
    pause(pauseMs * tokens, undefined, { signal: left.signal });
  status.active++;
  try {
    if ("whole" in reply) {
      await wait(reply.tokens);
      sendJson(response, 200, reply.whole);
    } else {
      response.writeHead(200, { "content-type": reply.contentType }).flushHeaders();
      let sent = 0;
      for (const frame of reply.frames) {
        await wait(1);
        if (sent++ === breakAfter) return await breakOff(response, frame);
        response.write(frame);
      }
      response.end(reply.end?.());
    }
    status.answered++;
  } catch (error) {
    if (!left.signal.aborted) throw error;
    status.cancelled++;
  } finally {
    status.active--;
  }
}

/**
 * Ends the connection in the middle of a frame, near its beginning: some frames hold several records.
 * @param {import("node:http").ServerResponse} response
 * @param {string | Uint8Array} frame
 */
async function breakOff(response, frame) {
  const bytes = Buffer.from(frame);
  const start = bytes.subarray(0, Math.min(20, bytes.length / 2));
  await new Promise((resolve) => response.write(start, resolve));
  response.destroy();
  status.broken++;
}

/**
 * A response in one piece, which takes as long as its tokens, or in frames.
 * @typedef {{ whole: object, tokens: number }
 *   | { contentType: string, frames: Iterable<string | Uint8Array>, end?: () => string | Uint8Array }} Reply
 */

/**
 * @param {import("./wires/wire.js").Wire} wire
 * @param {unknown} body
 * @param {URL} url
 * @param {import("node:http").IncomingHttpHeaders} headers
 * @returns {Reply}
 */
function textReply(wire, body, url, headers) {
  const question = wire.read(body, url);
  const { tokens, summary } = answer(model, question);
  if (question.stream === false && wire.whole !== undefined) {
    return { whole: wire.whole(body, tokens.join(""), summary), tokens: tokens.length };
  }
  const writer = wire.write(body);
  const { contentType } = writer;
  const after = wire.after?.(headers) ?? 0;
  const frames = (function* () {
    for (const [at, token] of tokens.entries()) {
      if (at >= after) yield writer.token(token, at + 1);
    }
  })();
  return { contentType, frames, end: () => writer.end(summary) };
}

/**
 * @param {import("./wires/chat-wire.js").ChatWire} wire
 * @param {unknown} body
 * @param {URL} url
 * @returns {Reply}
 */
function chatReply(wire, body, url) {
  const question = wire.read(body, url);
  const reply = answerChat(model, question);
  if (question.stream) return wire.stream(body, reply, url);
  return { whole: wire.whole(body, reply, url), tokens: reply.summary.outputTokens };
}

/** @param {import("node:http").IncomingMessage} request */
async function readBody(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    pieces.push(piece);
    length += piece.length;
    if (length > LARGEST_REQUEST_BYTES) throw new InvalidQuestion("the request is too large", 413);
  }
  const text = Buffer.concat(pieces).toString();
  if (!request.headers["content-type"]?.includes("json")) return text;
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new InvalidQuestion("the body is not JSON");
  }
}

/**
 * @param {import("node:http").ServerResponse} response
 * @param {number} code
 * @param {object} body
 */
function sendJson(response, code, body) {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}
