// @ts-check
/**
 * Gemini's `:streamGenerateContent`: one JSON array, element by element, or with `?alt=sse` server-sent
 * events. Every element is a piece of the response: parts with text, thoughts or a whole function call,
 * which has no id, and the counts so far. The last one has the finish reason; `:generateContent` answers
 * in one piece.
 * @see https://ai.google.dev/api/generate-content
 */
import { createHash, randomBytes } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";
import { listOf, piecesOf } from "./chat-parts.mjs";

const PATH = /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** @type {import("./chat-wire.js").ChatWire} */
export const gemini = {
  path: PATH,
  read: ({ contents, systemInstruction, tools, toolConfig, generationConfig = {} }, url) => {
    const declared = tools?.flatMap((/** @type {any} */ tool) => tool.functionDeclarations ?? []);
    const { responseMimeType, responseJsonSchema, thinkingConfig } = generationConfig;
    const given = listOf("contents", contents);
    checkCalls(given, thinkingConfig?.includeThoughts === true);
    const system = systemInstruction ? [{ ...systemInstruction, role: "system" }] : [];
    return {
      turns: [...system, ...given].flatMap(turnsOf),
      tools: declared?.map((/** @type {any} */ { name, description, parametersJsonSchema }) => {
        return { name, description, parameters: parametersJsonSchema };
      }),
      toolChoice: choiceOf(toolConfig?.functionCallingConfig ?? {}),
      json: responseMimeType === "application/json" ? (responseJsonSchema ?? true) : undefined,
      thinks: thinkingConfig?.includeThoughts === true,
      maxTokens: generationConfig.maxOutputTokens,
      stop: generationConfig.stopSequences,
      seed: generationConfig.seed,
      stream: url.pathname.endsWith(":streamGenerateContent"),
    };
  },
  stream: (_, answer, url) =>
    url.searchParams.get("alt") === "sse"
      ? { contentType: "text/event-stream", frames: events(responses(answer, url)) }
      : {
          contentType: "application/json; charset=UTF-8",
          frames: elements(responses(answer, url)),
        },
  whole: (_, { parts, summary }, url) => {
    const reasoning = piecesOf(parts, "reasoning").join("");
    const text = piecesOf(parts, "text").join("");
    const all = [
      ...(reasoning ? [{ text: reasoning, thought: true }] : []),
      ...(text ? [{ text }] : []),
      ...functionCalls(parts),
    ];
    return response(head(url), all, summary, summary.outputTokens, finishReason(summary));
  },
  error: (message, code) => ({ error: { code, message, status: "INVALID_ARGUMENT" } }),
};

/**
 * @param {import("./chat-wire.js").ChatAnswer} answer
 * @param {URL} url
 */
function* responses({ parts, summary }, url) {
  const base = head(url);
  let outputTokens = 0;
  const piece = (/** @type {object} */ part, tokens = 1) =>
    response(base, [part], summary, (outputTokens += tokens));
  for (const text of piecesOf(parts, "reasoning")) yield piece({ text, thought: true });
  for (const text of piecesOf(parts, "text")) yield piece({ text });
  for (const part of functionCalls(parts)) yield piece(part);
  yield response(base, [{ text: "" }], summary, summary.outputTokens, finishReason(summary));
}

/** @param {Iterable<object>} items */
function* elements(items) {
  let before = "[";
  for (const item of items) {
    yield before + JSON.stringify(item, null, 2);
    before = "\n,\r\n";
  }
  yield "\n]\n";
}

/** @param {Iterable<object>} items */
function* events(items) {
  for (const item of items) yield `data: ${JSON.stringify(item)}\r\n\r\n`;
}

/** @param {URL} url */
const head = (url) => ({
  modelVersion: PATH.exec(url.pathname)?.[1],
  responseId: randomBytes(12).toString("base64url"),
});

/**
 * @param {object} base
 * @param {object[]} parts
 * @param {import("./chat-wire.js").ChatAnswer["summary"]} summary
 * @param {number} outputTokens So far.
 * @param {string} [finishReason]
 */
function response(base, parts, { promptTokens, reasoningTokens }, outputTokens, finishReason) {
  const thoughtsTokenCount = Math.min(outputTokens, reasoningTokens);
  return {
    candidates: [
      { content: { parts, role: "model" }, ...(finishReason && { finishReason }), index: 0 },
    ],
    usageMetadata: {
      promptTokenCount: promptTokens,
      candidatesTokenCount: outputTokens - thoughtsTokenCount,
      totalTokenCount: promptTokens + outputTokens,
      ...(thoughtsTokenCount > 0 && { thoughtsTokenCount }),
    },
    ...base,
  };
}

/** The first call of an answer carries the signature of the thoughts behind it. @param {readonly import("./chat-wire.js").Part[]} parts */
function functionCalls(parts) {
  const calls = parts.flatMap((part) => (part.type === "call" ? [part] : []));
  const thoughts = piecesOf(parts, "reasoning").join("");
  return calls.map(({ name, args }, index) => ({
    functionCall: { name, args },
    ...(index === 0 && thoughts !== "" && { thoughtSignature: sign(thoughts) }),
  }));
}

/** @param {string} text */
const sign = (text) => createHash("sha256").update(text).digest("base64");

/** @param {any} content @returns {import("./chat-wire.js").Turn[]} */
function turnsOf({ role = "user", parts }) {
  const roles = { system: "system", user: "user", model: "assistant" };
  if (!Object.hasOwn(roles, role)) throw new InvalidQuestion(`there is no role ${String(role)}`);
  const given = listOf("parts", parts);
  for (const part of given) {
    const known = ["text", "inlineData", "fileData", "functionCall", "functionResponse"];
    if (known.some((field) => field in part)) continue;
    throw new InvalidQuestion(`there is no part like ${Object.keys(part).join()}`);
  }
  const results = given.filter(({ functionResponse }) => functionResponse);
  const turn = {
    role: roles[/** @type {keyof roles} */ (role)],
    text: given.map(({ text = "" }) => text).join(""),
    calls: given.flatMap(({ functionCall }) => functionCall ?? []),
  };
  const responses = results.map(({ functionResponse: { name, response } }) => {
    const text = response.result ?? response.output ?? JSON.stringify(response);
    return { role: /** @type {const} */ ("tool"), name, text: String(text) };
  });
  return results.length > 0 ? responses : [/** @type {import("./chat-wire.js").Turn} */ (turn)];
}

/**
 * All results of one turn's calls have to be in the turn after it, and what the model thought before it
 * called has to come back, as it was signed.
 * @param {any[]} contents
 * @param {boolean} thinks
 */
function checkCalls(contents, thinks) {
  const partsWith = (/** @type {any} */ content, /** @type {string} */ field) =>
    (content?.parts ?? []).filter((/** @type {any} */ part) => part[field]);
  for (const [at, content] of contents.entries()) {
    const calls = partsWith(content, "functionCall");
    if (calls.length === 0) continue;
    if (calls.length !== partsWith(contents[at + 1], "functionResponse").length) {
      throw new InvalidQuestion(
        "there must be as many function response parts as function call parts in the turn before",
      );
    }
    if (thinks && !calls[0].thoughtSignature) {
      throw new InvalidQuestion("a function call is missing its thoughtSignature");
    }
  }
}

/** @param {any} config @returns {import("./chat-wire.js").ChatQuestion["toolChoice"]} */
function choiceOf({ mode, allowedFunctionNames: [name] = [] }) {
  if (mode === "ANY") return name === undefined ? "required" : { name };
  return mode === "NONE" ? "none" : "auto";
}

/** @param {import("./chat-wire.js").ChatAnswer["summary"]} summary */
const finishReason = ({ finishReason }) => (finishReason === "length" ? "MAX_TOKENS" : "STOP");
