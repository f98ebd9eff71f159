// @ts-check
/**
 * The model server's process: trains the model, listens on a free port of the loopback interface,
 * tells its parent which, and ends with it. Argument: the pause before each token, in ms.
 *
 * alice.txt holds passages of Lewis Carroll's "Alice's Adventures in Wonderland" (1865), which is in
 * the public domain.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { answer, InvalidQuestion } from "./answer.mjs";
import { NGramModel } from "./n-gram-model.mjs";
import { langserve590 } from "./wires/langserve-590.mjs";
import { ollamaGenerate } from "./wires/ollama-generate.mjs";
import { openaiCompletions } from "./wires/openai-completions.mjs";
import { plainText } from "./wires/plain-text.mjs";

const WIRES = [langserve590, ollamaGenerate, openaiCompletions, plainText];
const LARGEST_REQUEST_BYTES = 1024 * 1024;

const pauseMs = Number(process.argv[2] ?? 40);
const model = new NGramModel(readFileSync(new URL("./alice.txt", import.meta.url), "utf8"));
/** What has become of the requests so far, for `GET /status`. */
const status = { active: 0, answered: 0, cancelled: 0 };

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/status") return sendJson(response, 200, status);
  const wire = WIRES.find(({ path }) => path === url.pathname);
  if (wire === undefined)
    return sendJson(response, 404, { error: "there is nothing at this path" });
  if (request.method !== "POST") return sendJson(response, 405, wire.error("POST is expected"));
  serve(wire, request, url, response).catch((/** @type {unknown} */ error) => {
    if (error instanceof InvalidQuestion && !response.headersSent) {
      sendJson(response, error.status, wire.error(error.message));
    } else {
      response.destroy();
      // Who leaves while still asking is no news.
      if (!request.destroyed) console.error(error);
    }
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  process.send?.({ port: address.port });
});
process.on("disconnect", () => process.exit());

/**
 * @param {import("./wires/wire.js").Wire} wire
 * @param {import("node:http").IncomingMessage} request
 * @param {URL} url
 * @param {import("node:http").ServerResponse} response
 */
async function serve(wire, request, url, response) {
  const body = await readBody(request);
  const question = wire.read(body, url);
  const { tokens, summary } = answer(model, question);
  const left = new AbortController();
  response.on("close", () => left.abort());
  status.active++;
  try {
    if (question.stream === false && wire.whole !== undefined) {
      await pause(pauseMs * tokens.length, undefined, { signal: left.signal });
      sendJson(response, 200, wire.whole(body, tokens.join(""), summary));
    } else {
      const writer = wire.write(body);
      response.writeHead(200, { "content-type": writer.contentType }).flushHeaders();
      for (const token of tokens) {
        await pause(pauseMs, undefined, { signal: left.signal });
        response.write(writer.token(token));
      }
      response.end(writer.end(summary));
    }
    status.answered++;
  } catch (error) {
    if (!left.signal.aborted) throw error;
    status.cancelled++;
  } finally {
    status.active--;
  }
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
