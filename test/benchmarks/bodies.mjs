/**
 * Answers with the properties of providers' own: padding of random length, white space before the last brace,
 * many shapes of which most come once, arguments as escaped JSON, ids and times per answer, counts per record,
 * log probabilities, names of events. Every one is another answer. Made up here, word by word.
 */

const WORDS =
  ` the| of| and| stream|,| model| a|.| token| is|ing| server|\n| every| "so"| in|ly| context|:| for| sky|\n\n| light| scatters| – yes| blue`.split(
    "|",
  );
const PHRASES = [
  " is scattered by the molecules of the air,",
  "\n\nSo the light that",
  " comes from all sides",
  " is blue",
  ". In the evening",
  " its way through the air is much longer, and",
  " what is left",
  ' looks "red".',
];
const LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const PIECES = [
  '{"',
  "city",
  '":"',
  "San",
  " Francisco",
  '","',
  "days",
  '":',
  "3",
  ',"list":["',
  "\\n",
  '"]}',
];

/** What differs from answer to answer, and what its records are made of. */
class Maker {
  constructor(random) {
    this.random = random;
    this.created = 1_700_000_000 + this.below(9_000_000);
  }

  below(count) {
    return Math.floor(this.random() * count);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  letters(length) {
    return Array.from({ length }, () => LETTERS[this.below(LETTERS.length)]).join("");
  }

  padding() {
    return this.letters(1 + this.below(16));
  }

  words(count) {
    return Array.from({ length: count }, () => this.pick(WORDS));
  }

  phrases(count) {
    return Array.from({ length: count }, () => this.pick(PHRASES));
  }

  usage() {
    return {
      prompt_tokens: this.below(2000),
      completion_tokens: this.below(900),
      total_tokens: this.below(3000),
    };
  }
}

const data = (record) => `data: ${JSON.stringify(record)}\n\n`;
const named = (record) => `event: ${record.type}\n${data(record)}`;
/** With some spaces before the last brace. */
const spaced = (make) => (record) =>
  named(record).replace(/\}\n\n$/, `${" ".repeat(make.below(16))}}\n\n`);

/** Chat completions: records with the same members before their choice. */
function chat(make, members, choices) {
  const start = {
    id: `chatcmpl-${make.letters(29)}`,
    object: "chat.completion.chunk",
    created: make.created,
  };
  return choices.map(({ delta, finish_reason = null, logprobs = null, ...more }) =>
    data({
      ...start,
      ...members,
      choices: [{ index: 0, delta, logprobs, finish_reason }],
      ...more,
    }),
  );
}

const content = (text) => ({ delta: { content: text } });
const ROLE = { delta: { role: "assistant", content: "", refusal: null } };
const STOP = { delta: {}, finish_reason: "stop" };

const BODIES = {
  "chat, padded": (make) =>
    chat(
      make,
      { model: "gpt-4o-mini", service_tier: "default", system_fingerprint: null },
      [ROLE, ...make.words(180).map(content), STOP].map((choice) => ({
        ...choice,
        obfuscation: make.padding(),
      })),
    ),
  "chat, tool calls": (make) =>
    chat(
      make,
      { model: "gpt-4o", service_tier: "default", system_fingerprint: `fp_${make.letters(10)}` },
      [
        {
          delta: { role: "assistant", content: null, tool_calls: [toolStart(make)], refusal: null },
        },
        ...Array.from({ length: 60 }, (_, at) => ({
          delta: {
            tool_calls: [{ index: 0, function: { arguments: PIECES[at % PIECES.length] } }],
          },
        })),
        { delta: {}, finish_reason: "tool_calls" },
      ].map((choice) => ({ ...choice, usage: null, obfuscation: make.padding() })),
    ),
  "chat, log probabilities": (make) =>
    chat(make, { model: "gpt-4o" }, [
      ROLE,
      ...make.words(80).map((text) => ({ ...content(text), logprobs: logprobs(make, text) })),
      STOP,
    ]),
  "chat, usage in each record": (make) =>
    chat(make, { model: "grok-3" }, [
      ...make.words(120).map((text) => ({ ...content(text), usage: make.usage() })),
      { ...STOP, usage: make.usage() },
    ]),
  "chat, reasoning and text": (make) =>
    chat(make, { model: "deepseek-reasoner", system_fingerprint: `fp_${make.letters(12)}` }, [
      ROLE,
      ...make.words(100).map((text) => ({ delta: { content: null, reasoning_content: text } })),
      ...make.words(100).map((text) => ({ delta: { content: text, reasoning_content: null } })),
      { ...STOP, usage: make.usage() },
    ]),
  responses: responsesBody,
  "messages, text": (make) => messagesBody(make, [{ type: "text", pieces: make.phrases(40) }]),
  "messages, thoughts and tools": (make) =>
    messagesBody(make, [
      { type: "thinking", pieces: make.phrases(12) },
      { type: "text", pieces: make.phrases(10) },
      { type: "tool_use", pieces: PIECES },
      { type: "tool_use", pieces: PIECES.slice(3) },
    ]),
  "messages, search results": (make) =>
    messagesBody(make, [
      { type: "web_search_tool_result", pieces: [] },
      ...Array.from({ length: 4 }, () => ({ type: "text", pieces: make.phrases(5) })),
    ]),
  "long records with counts": (make) => {
    const responseId = make.letters(23);
    const promptTokenCount = make.below(3000);
    return make.phrases(24).map(
      (text, at) =>
        `data: ${JSON.stringify({
          candidates: [{ content: { parts: [{ text: text.repeat(3) }], role: "model" }, index: 0 }],
          usageMetadata: {
            promptTokenCount,
            candidatesTokenCount: at * 24 + make.below(9),
            totalTokenCount: promptTokenCount + at * 24,
            promptTokensDetails: [{ modality: "TEXT", tokenCount: promptTokenCount }],
          },
          modelVersion: "gemini-2.5-pro",
          responseId,
        }).replaceAll('":', '": ')}\r\n\r\n`,
    );
  },
  "short events with names": (make) => [
    named({
      id: make.letters(36),
      type: "message-start",
      delta: { message: { role: "assistant", content: [] } },
    }),
    ...make
      .words(100)
      .map((text) =>
        named({ type: "content-delta", index: 0, delta: { message: { content: { text } } } }),
      ),
    named({
      type: "message-end",
      delta: { finish_reason: "COMPLETE", usage: { tokens: make.usage() } },
    }),
  ],
  "lines with times": (make) =>
    make.words(80).map(
      (text, at) =>
        `${JSON.stringify({
          model: "llama3.2",
          created_at: `2025-08-04T08:52:${10 + (at % 50)}.${100_000 + make.below(899_999)}Z`,
          message: { role: "assistant", content: text },
          done: false,
        })}\n`,
    ),
};

function toolStart(make) {
  return {
    index: 0,
    id: `call_${make.letters(24)}`,
    type: "function",
    function: { name: "weather", arguments: "" },
  };
}

function logprobs(make, token) {
  const one = (text) => ({
    token: text,
    logprob: -Number((make.random() * 3).toFixed(8)),
    bytes: [...Buffer.from(text)],
  });
  return {
    content: [{ ...one(token), top_logprobs: [one(token), one(make.pick(WORDS))] }],
    refusal: null,
  };
}

/** An answer in which a dozen events come once, before and behind the tokens. */
function responsesBody(make) {
  const id = `resp_${make.letters(48)}`;
  const item = `msg_${make.letters(48)}`;
  const texts = make.words(150);
  const text = texts.join("");
  let sequence = 0;
  const event = (type, rest) =>
    named({ type: `response.${type}`, sequence_number: sequence++, ...rest });
  const response = (status, rest) => ({
    response: {
      id,
      object: "response",
      created_at: make.created,
      status,
      error: null,
      instructions: "You are a helpful assistant.",
      model: "gpt-4o-2024-08-06",
      output: [],
      reasoning: { effort: null, summary: null },
      temperature: 1,
      text: { format: { type: "text" }, verbosity: "medium" },
      tools: [
        {
          type: "function",
          name: "weather",
          parameters: { type: "object", properties: {} },
          strict: true,
        },
      ],
      usage: null,
      metadata: {},
      ...rest,
    },
  });
  const part = { type: "output_text", annotations: [], logprobs: [], text: "" };
  const place = { item_id: item, output_index: 0, content_index: 0 };
  const message = {
    id: item,
    type: "message",
    status: "in_progress",
    content: [],
    role: "assistant",
  };
  const done = { ...message, status: "completed", content: [{ ...part, text }] };
  const usage = {
    input_tokens: make.below(900),
    output_tokens: make.below(900),
    total_tokens: make.below(1800),
  };
  return [
    event("created", response("in_progress")),
    event("in_progress", response("in_progress")),
    event("output_item.added", { output_index: 0, item: message }),
    event("content_part.added", { ...place, part }),
    ...texts.map((delta) =>
      event("output_text.delta", { ...place, delta, logprobs: [], obfuscation: make.padding() }),
    ),
    event("output_text.done", { ...place, text, logprobs: [] }),
    event("content_part.done", { ...place, part: { ...part, text } }),
    event("output_item.done", { output_index: 0, item: done }),
    event("completed", response("completed", { output: [done], usage })),
  ];
}

function messagesBody(make, blocks) {
  const event = spaced(make);
  const usage = {
    input_tokens: make.below(900),
    cache_read_input_tokens: 0,
    output_tokens: 1 + make.below(9),
  };
  const message = {
    model: "claude-sonnet-4-5",
    id: `msg_01${make.letters(22)}`,
    type: "message",
    role: "assistant",
  };
  return [
    event({
      type: "message_start",
      message: { ...message, content: [], stop_reason: null, usage },
    }),
    ...blocks.flatMap(({ type, pieces }, index) => [
      event({ type: "content_block_start", index, content_block: START_OF_BLOCK[type](make) }),
      ...(index === 0 ? ['event: ping\ndata: {"type": "ping"}\n\n'] : []),
      ...pieces.map((piece) =>
        event({ type: "content_block_delta", index, delta: DELTA_OF_BLOCK[type](piece) }),
      ),
      event({ type: "content_block_stop", index }),
    ]),
    event({
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: make.below(900) },
    }),
    event({ type: "message_stop" }),
  ];
}

const START_OF_BLOCK = {
  text: () => ({ type: "text", text: "" }),
  thinking: () => ({ type: "thinking", thinking: "", signature: "" }),
  tool_use: (make) => ({
    type: "tool_use",
    id: `toolu_01${make.letters(22)}`,
    name: "weather",
    input: {},
  }),
  web_search_tool_result: (make) => ({
    type: "web_search_tool_result",
    tool_use_id: `srvtoolu_01${make.letters(22)}`,
    content: Array.from({ length: 3 }, () => searchResult(make)),
  }),
};

function searchResult(make) {
  return {
    type: "web_search_result",
    title: make.words(8).join(""),
    url: `https://example.com/${make.letters(20)}`,
    encrypted_content: make.letters(600 + make.below(1200)),
    page_age: null,
  };
}

const DELTA_OF_BLOCK = {
  text: (text) => ({ type: "text_delta", text }),
  thinking: (thinking) => ({ type: "thinking_delta", thinking }),
  tool_use: (partial_json) => ({ type: "input_json_delta", partial_json }),
};

/** An answer of `/v1/messages` that is one block of so many pieces, event by event. */
export function longMessage(type, count, random) {
  const make = new Maker(random);
  const pieces =
    type === "tool_use"
      ? [
          '{"text":"',
          ...make.phrases(count - 2).map((text) => JSON.stringify(text).slice(1, -1)),
          '"}',
        ]
      : make.phrases(count);
  return messagesBody(make, [{ type, pieces }]);
}

/** The same as what `readRecordings` gives, of these bodies. */
export function ownRecordings() {
  return Object.entries(BODIES).map(([name, body]) => ({
    name,
    framing: name.startsWith("lines") ? "lines" : "sse",
    recordings: [{ another: (random) => body(new Maker(random)) }],
  }));
}
