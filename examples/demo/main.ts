/** `npm run demo`: a ten-line model answers token by token, on every path that LangChain.js can take. */
import { readFileSync } from "node:fs";
import { StringOutputParser } from "@langchain/core/output_parsers";
import { PromptTemplate } from "@langchain/core/prompts";
import { HttpStreamingError } from "http-streaming-llm";
import { startModelServer } from "../server/start.js";
import { ArgumentError, readArguments, USAGE, type DemoArguments } from "./arguments.js";
import { MyLLM as MyOllamaLLM } from "./my-llm.js";
import { MyLLM as MyOpenAILLM } from "./my-openai-llm.js";
import { Stopwatch } from "./stopwatch.js";

try {
  const demo = readArguments(process.argv.slice(2));
  if (demo.help) console.log(USAGE.trim());
  else await run(demo);
} catch (error) {
  if (error instanceof ArgumentError) {
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  } else if (HttpStreamingError.isInstance(error)) {
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

async function run(demo: DemoArguments): Promise<void> {
  const llm = await createModel(demo);
  const { prompt } = demo;
  console.log(`${sourceOf(demo.api)}\n\nat ${llm.endpoint}, asked: ${prompt}`);

  heading("1. asynchronous: for await (const token of await llm.stream(prompt))");
  const asynchronous = new Stopwatch();
  for await (const token of await llm.stream(prompt)) asynchronous.token(token);

  heading("2. synchronous: for (const token of llm.streamSync(prompt))");
  const synchronous = new Stopwatch();
  for (const token of llm.streamSync(prompt)) synchronous.token(token);

  heading("3. in a chain: template.pipe(llm).pipe(parser).streamEvents(…)");
  const chained = new Stopwatch();
  const template = PromptTemplate.fromTemplate("{prompt}");
  const chain = template.pipe(llm).pipe(new StringOutputParser());
  for await (const { event, data } of chain.streamEvents({ prompt }, { version: "v2" })) {
    if (event === "on_llm_stream") chained.token((data as LLMStreamData).chunk.text);
  }

  heading("When the tokens came:");
  console.log(`  asynchronous  ${asynchronous.summary}`);
  console.log(`  synchronous   ${synchronous.summary}`);
  console.log(`  in a chain    ${chained.summary}`);
}

interface LLMStreamData {
  chunk: { text: string };
}

async function createModel({ api, endpoint, model }: DemoArguments) {
  const key = process.env.OPENAI_API_KEY;
  const llm =
    api === "ollama"
      ? new MyOllamaLLM()
      : new MyOpenAILLM({ headers: key ? { authorization: `Bearer ${key}` } : {} });
  llm.endpoint = endpoint ?? `${(await startModelServer()).origin}/api/generate`;
  llm.model = model;
  return llm;
}

function heading(text: string): void {
  console.log(`\n${text}\n`);
}

/** The class as it stands in its file. */
function sourceOf(api: DemoArguments["api"]): string {
  const file = api === "ollama" ? "./my-llm.ts" : "./my-openai-llm.ts";
  const source = readFileSync(new URL(file, import.meta.url), "utf8");
  return source.slice(source.indexOf("export class")).trim();
}
