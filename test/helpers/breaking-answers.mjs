/**
 * What a server says that can go on with an answer, in three ways, each repeating nothing, a part or all of what
 * it has said before. Plain JavaScript, for the server's process runs it without a loader.
 *
 * | kind | how the rest is asked for | wire |
 * | --- | --- | --- |
 * | completion | the prompt with the text so far | JSON lines |
 * | chat | the text so far as the beginning of the answer | server-sent events, `[DONE]` |
 * | cursor | the id of the last event | server-sent events with ids |
 */

export const PROMPT = "Why?";

/** A token is so long, in UTF-16 code units: some end inside a character. */
const TOKEN = 3;

/**
 * @typedef {object} BreakingAnswer
 * @property {"completion" | "chat" | "cursor"} kind
 * @property {string} text the answer
 * @property {"none" | "part" | "all"} repeats what it says again of it; a part is its second half, or the last event
 * @property {string} [other] what it goes on with in place of the text
 */

/**
 * @param {BreakingAnswer} answer
 * @param {{ headers: Record<string, unknown>, body: string }} request
 * @returns {{ contentType: string, body: Buffer }}
 */
export function answerTo({ kind, text, repeats, other = text }, { headers, body }) {
  const sse = "text/event-stream";
  if (kind === "cursor") {
    const id = headers["last-event-id"];
    const after = id === undefined ? 0 : Number(id);
    const first = { none: after, part: Math.max(0, after - 1), all: 0 }[repeats];
    const events = eventsOf(id === undefined ? text : other).slice(first);
    return { contentType: sse, body: Buffer.from(`${events.join("")}data: [DONE]\n\n`) };
  }
  const said = saidIn(kind, JSON.parse(body));
  if (!text.startsWith(said)) throw new Error(`${JSON.stringify(said)} is no beginning`);
  const from = { none: said.length, part: halfOf(said), all: 0 }[repeats];
  const records = recordsOf((said === "" ? text : other).slice(from));
  if (kind === "completion") {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`);
    return { contentType: "application/x-ndjson", body: Buffer.from(lines.join("")) };
  }
  const events = records.map((record) => `data: ${JSON.stringify(record)}\n\n`);
  return { contentType: sse, body: Buffer.from(`${events.join("")}data: [DONE]\n\n`) };
}

/** Where the part begins that is said again of a text. */
export function halfOf(text) {
  return Math.floor(text.length / 2);
}

function saidIn(kind, { prompt = "", prefix = "" }) {
  return kind === "completion" ? prompt.slice(PROMPT.length) : prefix;
}

function tokensOf(text) {
  return Array.from({ length: Math.ceil(text.length / TOKEN) }, (_, n) =>
    text.slice(n * TOKEN, (n + 1) * TOKEN),
  );
}

function recordsOf(text) {
  return [...tokensOf(text).map((token) => ({ text: token })), { finishReason: "stop" }];
}

/** Each says where its text begins in the answer. */
function eventsOf(text) {
  const records = recordsOf(text).map((record, n) => ({
    ...record,
    at: Math.min(n * TOKEN, text.length),
  }));
  return records.map((record, n) => `id: ${n + 1}\ndata: ${JSON.stringify(record)}\n\n`);
}
