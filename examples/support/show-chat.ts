import { HumanMessage, type AIMessageChunk } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { toToolDefinition, type HttpStreamingChatModel } from "http-streaming-llm";
import type {
  HttpStreamingChatModelCallOptions,
  HttpStreamingChatModelFields,
} from "http-streaming-llm";
import { z } from "zod";
import type { Sampling } from "./show.js";

export { isMain } from "./show.js";

/** What every chat example is told. */
export interface ChatFields extends HttpStreamingChatModelFields, Sampling {
  readonly baseUrl: string;
  readonly model: string;
  /** Whether the model's reasoning is wanted. */
  readonly thinking?: boolean;
}

/** What it may be told for one call. */
export interface ChatOptions extends HttpStreamingChatModelCallOptions, Sampling {}

export const QUESTION = "What is the weather in Paris and in New York?";

export const getWeather = tool(({ city }) => `${city.length * 3} °C in ${city}`, {
  name: "get_weather",
  description: "Tells the weather in a city",
  schema: z.object({ city: z.string() }),
});

/** Asks a model what it needs a tool for, runs the tool, and shows the answer on both paths. */
export async function showChat<StreamRecord>(
  model: HttpStreamingChatModel<StreamRecord, ChatOptions>,
): Promise<void> {
  console.log(`${model.constructor.name} at ${String(model.endpoint)}`);
  const withTools = model.bindTools([getWeather]);

  console.log(`\nasked: ${QUESTION}`);
  const question = new HumanMessage(QUESTION);
  let call: AIMessageChunk | undefined;
  for await (const chunk of await withTools.stream([question])) call = call?.concat(chunk) ?? chunk;
  if (!call?.tool_calls?.length) throw new Error(`No tool was called: ${call?.text ?? ""}`);
  const results = [];
  for (const toolCall of call.tool_calls) {
    console.log(`called: ${toolCall.name}(${JSON.stringify(toolCall.args)})`);
    results.push(await getWeather.invoke({ ...toolCall, type: "tool_call" }));
  }

  const conversation = [question, call, ...results];
  console.log("\nstream: …");
  let answer: AIMessageChunk | undefined;
  for await (const chunk of await withTools.stream(conversation)) {
    process.stdout.write(chunk.text);
    answer = answer?.concat(chunk) ?? chunk;
  }
  console.log(`\n(${JSON.stringify(answer?.usage_metadata)})`);

  console.log("\nstreamSync: …");
  const tools = [toToolDefinition(getWeather)];
  for (const chunk of model.streamSync(conversation, { tools })) process.stdout.write(chunk.text);
  console.log();
}
