/**
 * Every asynchronous path, and every way that a call can end, as one list of checks that runs wherever the
 * package does: no module of a platform is imported here, and no test runner.
 */
import { HttpStreamingChatModel, HttpStreamingLLM, jsonLines } from "http-streaming-llm";

class TextModel extends HttpStreamingLLM {
  format = jsonLines();
  constructor(endpoint, fields) {
    super({ maxRetries: 0, ...fields });
    this.endpoint = endpoint;
  }
  _llmType() {
    return "smoke";
  }
  buildPayload(prompt) {
    return { prompt };
  }
  parseChunk(record) {
    return record;
  }
}

class ChatModel extends HttpStreamingChatModel {
  format = jsonLines();
  constructor(endpoint, fields) {
    super({ maxRetries: 0, ...fields });
    this.endpoint = endpoint;
  }
  _llmType() {
    return "smoke-chat";
  }
  buildPayload(messages, options) {
    return { messages: messages.map(({ text }) => text), tools: options.tools };
  }
  parseChunk(record) {
    return record;
  }
}

const CITY = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
};
const WEATHER = {
  type: "function",
  function: { name: "weather", description: "The weather of a city.", parameters: CITY },
};

let ids = 0;
const newId = () => `${Date.now()}-${++ids}-${Math.random()}`;

export function equal(actual, expected) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, wanted ${b}`);
}

export async function failure(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`got ${JSON.stringify(value)}, wanted an error`);
}

function isError(error, code, facts = {}) {
  const { [code === "abort" ? "name" : "code"]: actual } = error;
  if (actual !== (code === "abort" ? "AbortError" : code)) {
    throw new Error(`got ${error.name} ${error.code}: ${error.message}; wanted ${code}`);
  }
  for (const [name, value] of Object.entries(facts)) equal(error[name], value);
}

/** Reads pieces, lets the server go on when the first is there, and says how many came. */
async function readAnswer(pieces, textOf, go) {
  let text = "";
  let count = 0;
  for await (const piece of pieces) {
    const some = textOf(piece);
    if (some === "") continue;
    text += some;
    if (++count === 1) await go();
  }
  return { text, count };
}

/**
 * @param {{ origin: string, silent: string, connectPhase: string }} where `connectPhase`: how a timeout of connecting is called.
 * @param {object} [transport] The platform's own where there is none.
 */
export function checksOf({ origin, silent, connectPhase }, transport) {
  const text = (url, fields) => new TextModel(url, { transport, ...fields });
  const chat = (url, fields) => new ChatModel(url, { transport, ...fields });
  const at = (path, id = newId()) => ({
    url: `${origin}${path}?id=${encodeURIComponent(id)}`,
    go: () => fetch(`${origin}/go?id=${encodeURIComponent(id)}`),
    closed: () => fetch(`${origin}/closed?id=${encodeURIComponent(id)}`),
  });
  const timedOut = async (phase, path, timeouts) => {
    const error = await failure(text(at(path).url, { timeouts }).invoke("Hi"));
    isError(error, "TIMEOUT", { phase });
  };
  const both = [
    ["text", text],
    ["chat", chat],
  ];
  const textIn = (value) => (typeof value === "string" ? value : value.text);
  const whole = { text: "Hello", count: 2 };

  return [
    ...both.flatMap(([name, model]) => [
      [
        `${name}: invoke`,
        async () => equal(textIn(await model(at("/whole").url).invoke("Hi")), "Hello"),
      ],
      [
        `${name}: stream, token by token`,
        async () => {
          const { url, go } = at("/answer");
          equal(await readAnswer(await model(url).stream("Hi"), textIn, go), whole);
        },
      ],
      [
        `${name}: batch`,
        async () => {
          const answers = await model(at("/whole").url).batch(["Hi", "Ho"]);
          equal(answers.map(textIn), ["Hello", "Hello"]);
        },
      ],
      [
        `${name}: streamEvents of all runs`,
        async () => {
          const { url, go } = at("/answer");
          const events = model(url).streamEvents("Hi", { version: "v2" });
          const textOf = ({ event, data }) =>
            /_stream$/.test(event) ? (data.chunk.text ?? "") : "";
          equal(await readAnswer(events, textOf, go), whole);
        },
      ],
      [
        `${name}: break`,
        async () => {
          const { url, closed } = at("/stall");
          for await (const _ of await model(url).stream("Hi")) break;
          await closed();
        },
      ],
      [
        `${name}: abort`,
        async () => {
          const { url, closed } = at("/stall");
          const controller = new AbortController();
          const reading = (async () => {
            for await (const _ of await model(url).stream("Hi", {
              signal: controller.signal,
            })) {
              controller.abort();
            }
          })();
          isError(await failure(reading), "abort");
          await closed();
        },
      ],
    ]),
    [
      "chat: streamEvents of content blocks",
      async () => {
        const { url, go } = at("/answer");
        const textOf = ({ delta }) => (delta?.type === "text-delta" ? (delta.text ?? "") : "");
        equal(await readAnswer(chat(url).streamEvents("Hi"), textOf, go), whole);
      },
    ],
    [
      "chat: tools",
      async () => {
        const { tool_calls: calls } = await chat(at("/tool").url).bindTools([WEATHER]).invoke("Hi");
        equal(
          calls.map(({ name, args, id }) => ({ name, args, id })),
          [{ name: "weather", args: { city: "Bern" }, id: "call_1" }],
        );
      },
    ],
    [
      "chat: structured output",
      async () => {
        const model = chat(at("/tool").url);
        equal(await model.withStructuredOutput(CITY, { name: "weather" }).invoke("Hi"), {
          city: "Bern",
        });
      },
    ],
    [
      "timeout: connect",
      async () => {
        const timeouts = { connect: 200, headers: 400 };
        const error = await failure(text(silent, { timeouts }).invoke("Hi"));
        isError(error, "TIMEOUT", { phase: connectPhase });
      },
    ],
    ["timeout: headers", () => timedOut("headers", "/no-head", { headers: 200 })],
    ["timeout: firstChunk", () => timedOut("firstChunk", "/silent", { firstChunk: 200 })],
    ["timeout: token", () => timedOut("token", "/chatter", { token: 200 })],
    ["timeout: idle", () => timedOut("idle", "/stall", { idle: 200 })],
    ["timeout: total", () => timedOut("total", "/stall", { total: 200 })],
    [
      "status error",
      async () => {
        const error = await failure(text(at("/status").url).invoke("Hi"));
        isError(error, "HTTP_STATUS", { status: 401 });
        if (!error.message.includes("who are you?")) throw new Error(error.message);
      },
    ],
    [
      "truncated stream",
      async () => {
        const { url, go } = at("/cut");
        const reading = (async () => readAnswer(await text(url).stream("Hi"), textIn, go))();
        const error = await failure(reading);
        isError(error, "TRUNCATED_STREAM", { partial: "a" });
      },
    ],
  ];
}

/** The synchronous path, where there is one. */
export function syncChecksOf({ origin }) {
  const thrown = (act) => {
    let value;
    try {
      value = act();
    } catch (error) {
      return error;
    }
    throw new Error(`got ${JSON.stringify(value)}, wanted an error`);
  };
  const text = (path, fields) => new TextModel(`${origin}${path}?id=${newId()}`, fields);
  return [
    ["text: invokeSync", () => equal(text("/whole").invokeSync("Hi"), "Hello")],
    ["text: streamSync", () => equal([...text("/whole").streamSync("Hi")], ["Hel", "lo"])],
    [
      "chat: invokeSync",
      () => equal(new ChatModel(`${origin}/whole?id=${newId()}`).invokeSync("Hi").text, "Hello"),
    ],
    [
      "break",
      async () => {
        const id = newId();
        for (const _ of new TextModel(`${origin}/stall?id=${id}`).streamSync("Hi")) break;
        await fetch(`${origin}/closed?id=${id}`);
      },
    ],
    [
      "timeout: idle",
      () => {
        const error = thrown(() => text("/stall", { timeouts: { idle: 200 } }).invokeSync("Hi"));
        isError(error, "TIMEOUT", { phase: "idle" });
      },
    ],
    [
      "status error",
      () =>
        isError(
          thrown(() => text("/status").invokeSync("Hi")),
          "HTTP_STATUS",
          { status: 401 },
        ),
    ],
    [
      "truncated stream",
      () =>
        isError(
          thrown(() => text("/cut-at-once").invokeSync("Hi")),
          "TRUNCATED_STREAM",
          { partial: "a" },
        ),
    ],
  ];
}

const PATIENCE_MS = 20_000;

/** Runs checks one after the other. @returns {Promise<{ name: string, error?: string }[]>} */
export async function runChecks(checks) {
  const results = [];
  for (const [name, check] of checks) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("nothing happened")), PATIENCE_MS);
    });
    try {
      await Promise.race([check(), late]);
      results.push({ name });
    } catch (error) {
      results.push({ name, error: `${error?.name}: ${error?.message}` });
    } finally {
      clearTimeout(timer);
    }
  }
  return results;
}
