/**
 * One start of a program: LangChain's core, then a package, then the first calls of a model. Prints what
 * each costs. It imports nothing first that a package might bring: that would be a present to it.
 *
 *   node start-up-process.mjs <contender> <variant> <url>
 */
const CORE = [
  "@langchain/core/language_models/llms",
  "@langchain/core/language_models/chat_models",
  "@langchain/core/outputs",
  "@langchain/core/messages",
];
const CALLS = 5;

const [, , contender, variant, url] = process.argv;

/** Files that were read are closed by then. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

async function timed(work) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1000 };
}

async function importAll(names) {
  for (const name of names) await import(name);
}

/** What a program with such a model imports, and the model in `contenders/models.mjs`. */
const CONTENDERS = {
  "http-streaming-llm": {
    model: "http-streaming-llm: LLM stream()",
    load: async () => (await import("./package-under-test.mjs")).loadPackage(variant),
  },
  "hand-written LLM, undici": { load: () => importAll(["undici", "eventsource-parser"]) },
  "@langchain/openai": {
    model: "@langchain/openai: ChatOpenAI",
    load: () => importAll(["@langchain/openai"]),
  },
};

const { model = contender, load } = CONTENDERS[contender];
const core = await timed(() => importAll(CORE));
const own = await timed(load);
await settle();
const active = process
  .getActiveResourcesInfo()
  .filter((name) => !/^(TTY|Pipe)Wrap$|^Timeout$/.test(name));

const { models } = await import("./contenders/models.mjs");
const read = await models[model]("openai", variant);
const calls = [];
for (let i = 0; i < CALLS; i++) calls.push(await timed(() => read(url, () => {})));
console.log(JSON.stringify({ core, own, active, firstCall: calls[0], laterCall: calls.at(-1) }));
process.exit();
