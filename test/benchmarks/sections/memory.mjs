/** What an open stream holds while it waits for its next token. */
import { compete, difference } from "../harness.mjs";

const OURS = ["http-streaming-llm: LLM stream()", "http-streaming-llm: chat stream()"];
const UNDICI = "undici: dispatch()";
const CONTENDERS = [
  UNDICI,
  ...OURS,
  "undici: request()",
  "hand-written LLM, undici",
  "hand-written LLM, fetch",
  "@langchain/openai: ChatOpenAI",
];

const request = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };

async function opener(name, variant) {
  if (name === "undici: dispatch()") {
    const { Agent } = await import("undici");
    const agent = new Agent();
    return (url, onToken) => {
      const { origin, pathname: path } = new URL(url);
      agent.dispatch(
        { origin, path, ...request },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: () => onToken("x"),
          onResponseEnd() {},
          onResponseError() {},
        },
      );
    };
  }
  if (name === "undici: request()") {
    const { request: send } = await import("undici");
    return async (url, onToken) => {
      const { body } = await send(url, request);
      for await (const _ of body) onToken("x");
    };
  }
  const { models } = await import("../contenders/models.mjs");
  const read = await models[name]("openai", variant);
  return read;
}

/** Called in the contender's process, which runs with `--expose-gc`. */
export async function open(name, { variant }) {
  const read = await opener(name, variant);
  const openStreams = async (url, count) => {
    let waiting = count;
    await new Promise((resolve) => {
      const onToken = (text) => {
        if (text !== "" && --waiting === 0) resolve();
      };
      for (let i = 0; i < count; i++) void read(url, onToken);
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const held = () => {
    for (let i = 0; i < 3; i++) globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  return async ({ url, streams }) => {
    await openStreams(url, 50);
    const before = held();
    await openStreams(url, streams);
    return { kib: (held() - before) / streams / 1024 };
  };
}

export async function measure({ full, other, report, origin }) {
  const { PATHS } = await import("../contenders/models.mjs");
  const names = full ? CONTENDERS : CONTENDERS.slice(0, 3);
  const contenders = names.map((name) => ({ name, params: {} }));
  if (other) {
    contenders.push(
      ...OURS.map((name) => ({
        name: `${name}, other build`,
        of: name,
        params: { variant: "other" },
      })),
    );
  }
  const results = await compete(contenders, {
    module: "sections/memory.mjs",
    warmups: 0,
    rounds: full ? 3 : 1,
    run: { url: `${origin}/openai/idle${PATHS.openai}`, streams: 300 },
    measured: ({ kib }) => kib,
    execArgv: ["--expose-gc"],
  });
  report.table({
    section: "Memory",
    title: "An open stream that waits",
    unit: "KiB",
    results,
    base: UNDICI,
  });
  for (const name of OURS) {
    report.target(
      `${name}: an open stream holds more than undici by`,
      difference(results[name], results[UNDICI]),
      { atMost: 40 },
      "KiB",
    );
  }
}
