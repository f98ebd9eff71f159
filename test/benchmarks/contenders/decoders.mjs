/**
 * Decoders, ours and others', behind one call: `decode(reads, take)` gives the whole body of an answer to a
 * fresh decoder and calls `take` with each record. Each is loaded only in the process that measures it.
 */
import { StringDecoder } from "node:string_decoder";
import { loadPackage } from "../package-under-test.mjs";

export const SMITHY = "@smithy/eventstream-codec";

const LIMITS = { maxRecordBytes: 64 * 1024 * 1024 };

async function* eachOf(reads) {
  yield* reads;
}

function webStream(reads) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < reads.length) controller.enqueue(reads[at++]);
      else controller.close();
    },
  });
}

function ours(format) {
  return async (variant) => {
    const make = format(await loadPackage(variant));
    return (reads, take) => {
      const decoder = make.createDecoder(LIMITS);
      for (const bytes of reads) for (const record of decoder.decode(bytes)) take(record);
      for (const record of decoder.flush()) take(record);
    };
  };
}

function eventSourceParser(name, makeDecode, asJson) {
  return async () => {
    const { createParser } = await import(name);
    return (reads, take) => {
      const onEvent = asJson
        ? ({ data }) => take(JSON.parse(data))
        : (event) => {
            take(event);
          };
      const parser = createParser({ onEvent });
      const decode = makeDecode();
      for (const bytes of reads) parser.feed(decode(bytes));
    };
  };
}

const withStringDecoder = () => {
  const decoder = new StringDecoder("utf8");
  return (bytes) => decoder.write(bytes);
};

const withTextDecoder = () => {
  const decoder = new TextDecoder();
  return (bytes) => decoder.decode(bytes, { stream: true });
};

function messages(module, asJson) {
  return async () => {
    const { _iterSSEMessages: messagesOf } = await import(module);
    return async (reads, take) => {
      const response = { body: eachOf(reads), headers: new Headers() };
      for await (const message of messagesOf(response, new AbortController())) {
        take(asJson ? JSON.parse(message.data) : message);
      }
    };
  };
}

/** The events of a stream; raw ones have `data`. */
export const sse = {
  "http-streaming-llm": {
    raw: ours(({ sse }) => sse({ raw: true })),
    json: ours(({ sse }) => sse()),
  },
  "http-streaming-llm, predict: false": { json: ours(({ sse }) => sse({ predict: false })) },
  ...Object.fromEntries(
    [
      ["eventsource-parser 4", "eventsource-parser"],
      ["eventsource-parser 3", "eventsource-parser-3"],
    ].flatMap(([name, module]) =>
      [
        ["StringDecoder", withStringDecoder],
        ["TextDecoder", withTextDecoder],
      ].map(([decoder, make]) => [
        `${name} + ${decoder}`,
        {
          raw: eventSourceParser(module, make, false),
          json: eventSourceParser(module, make, true),
        },
      ]),
    ),
  ),
  "eventsource-parser 4 as a stream": {
    raw: async () => {
      const { EventSourceParserStream } = await import("eventsource-parser/stream");
      return async (reads, take) => {
        const events = webStream(reads)
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(new EventSourceParserStream());
        for await (const event of events) take(event);
      };
    },
  },
  openai: {
    raw: messages("openai/core/streaming", false),
    json: messages("openai/core/streaming", true),
  },
  "@anthropic-ai/sdk": {
    raw: messages("@anthropic-ai/sdk/core/streaming", false),
    json: messages("@anthropic-ai/sdk/core/streaming", true),
  },
  "@langchain/core's helper": {
    raw: async () => {
      const { convertEventStreamToIterableReadableDataStream } =
        await import("@langchain/core/utils/event_source_parse");
      return async (reads, take) => {
        const stream = convertEventStreamToIterableReadableDataStream(webStream(reads));
        for await (const data of stream) take({ data });
      };
    },
  },
};

/** The lines of a stream. */
export const lines = {
  "http-streaming-llm": {
    raw: ours(({ lines }) => lines()),
    json: ours(({ jsonLines }) => jsonLines()),
  },
  "http-streaming-llm, predict: false": {
    json: ours(({ jsonLines }) => jsonLines({ predict: false })),
  },
  ...Object.fromEntries(
    [
      ["StringDecoder", withStringDecoder],
      ["TextDecoder", withTextDecoder],
    ].map(([name, make]) => [
      `split("\\n") + ${name}`,
      {
        raw: async () => splitLines(make, false),
        json: async () => splitLines(make, true),
      },
    ]),
  ),
  'readline, on("line")': {
    raw: async () => readLines(readByEvent, false),
    json: async () => readLines(readByEvent, true),
  },
  "readline, for await": {
    raw: async () => readLines(readByLoop, false),
    json: async () => readLines(readByLoop, true),
  },
  split2: {
    raw: async () => {
      const { default: split } = await import("split2");
      return throughStream(() => split());
    },
    json: async () => {
      const { default: split } = await import("split2");
      return throughStream(() => split(JSON.parse));
    },
  },
  openai: {
    raw: async () => {
      const { LineDecoder } = await import(
        new URL("../node_modules/openai/internal/decoders/line.mjs", import.meta.url).href
      );
      return (reads, take) => {
        const decoder = new LineDecoder();
        for (const bytes of reads) for (const line of decoder.decode(bytes)) take(line);
        for (const line of decoder.flush()) take(line);
      };
    },
  },
  ollama: {
    json: async () => {
      const { Ollama } = await import("ollama");
      return async (reads, take) => {
        const body = webStream([...reads, Buffer.from('{"done":true}\n')]);
        const ollama = new Ollama({ fetch: async () => ({ ok: true, body }) });
        for await (const record of await ollama.chat({ model: "m", messages: [], stream: true })) {
          if (record.done !== true) take(record);
        }
      };
    },
  },
};

/** The payloads of the messages of an event stream. */
export const frames = {
  "http-streaming-llm": {
    raw: payloads(ours(({ awsEventStream }) => awsEventStream())),
    json: payloads(ours(({ awsEventStream }) => awsEventStream())),
  },
  "http-streaming-llm, predict: false": {
    json: payloads(ours(({ awsEventStream }) => awsEventStream({ predict: false }))),
  },
  [SMITHY]: {
    raw: async () => asTheSdk(await smithyCodec(), false),
    json: async () => asTheSdk(await smithyCodec(), true),
  },
  "@smithy/eventstream-codec, cut by hand": {
    raw: async () => cutByHand(await smithyCodec(), false),
    json: async () => cutByHand(await smithyCodec(), true),
  },
};

/** The lines of the stream that the payloads of an event stream are pieces of. */
export const linesInFrames = {
  "http-streaming-llm": {
    json: ours(({ awsEventStream, jsonLines }) => awsEventStream({ payload: jsonLines() })),
  },
  [SMITHY]: {
    json: async () => {
      const { getChunkedStream } = await import("@smithy/core/event-streams");
      const codec = await smithyCodec();
      return async (reads, take) => {
        const bodies = [];
        for await (const frame of getChunkedStream(eachOf(reads))) {
          bodies.push(codec.decode(frame).body);
        }
        splitLines(withStringDecoder, true)(bodies, take);
      };
    },
  },
};

function payloads(open) {
  return async (variant) => {
    const decode = await open(variant);
    return (reads, take) => decode(reads, ({ payload }) => take(payload));
  };
}

const toUtf8 = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();

async function smithyCodec() {
  const { EventStreamCodec } = await import("@smithy/eventstream-codec");
  return new EventStreamCodec(toUtf8, Buffer.from);
}

function takeBody(codec, asJson, take) {
  return (frame) => {
    const { body } = codec.decode(frame);
    take(asJson ? JSON.parse(toUtf8(body)) : body);
  };
}

async function asTheSdk(codec, asJson) {
  const { getChunkedStream } = await import("@smithy/core/event-streams");
  return async (reads, take) => {
    const takeFrame = takeBody(codec, asJson, take);
    for await (const frame of getChunkedStream(eachOf(reads))) takeFrame(frame);
  };
}

function cutByHand(codec, asJson) {
  return (reads, take) => {
    const takeFrame = takeBody(codec, asJson, take);
    let rest = Buffer.alloc(0);
    for (const bytes of reads) {
      const all = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
      let at = 0;
      while (all.length - at >= 4) {
        const end = at + all.readUInt32BE(at);
        if (end > all.length) break;
        takeFrame(all.subarray(at, end));
        at = end;
      }
      rest = all.subarray(at);
    }
  };
}

function splitLines(makeDecode, asJson) {
  return (reads, take) => {
    const decode = makeDecode();
    let rest = "";
    for (const bytes of reads) {
      const parts = (rest + decode(bytes)).split("\n");
      rest = parts.pop();
      for (const line of parts) take(asJson ? JSON.parse(line) : line);
    }
  };
}

async function readLines(read, asJson) {
  const { createInterface } = await import("node:readline");
  const { Readable } = await import("node:stream");
  return (reads, take) => {
    const input = Readable.from(eachOf(reads), { objectMode: false });
    const lines = createInterface({ input, crlfDelay: Infinity });
    return read(lines, asJson ? (line) => take(JSON.parse(line)) : take);
  };
}

async function readByLoop(lines, take) {
  for await (const line of lines) take(line);
}

function readByEvent(lines, take) {
  return new Promise((resolve) => lines.on("line", take).on("close", resolve));
}

async function throughStream(make) {
  const { Readable } = await import("node:stream");
  return (reads, take) =>
    new Promise((resolve, reject) => {
      Readable.from(eachOf(reads), { objectMode: false })
        .pipe(make())
        .on("data", take)
        .on("error", reject)
        .on("end", resolve);
    });
}
