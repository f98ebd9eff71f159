/**
 * A LangGraph agent on the chat model of openai-chat.ts: it looks something up with one tool, and gives
 * what it found to another. Offline by default; for a real server set OPENAI_BASE_URL (with its /v1),
 * OPENAI_API_KEY and OPENAI_MODEL.
 */
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { createAgent } from "langchain";
import { z } from "zod";
import { OpenAIChat } from "./openai-chat.js";
import { startModelServer } from "./server/start.js";
import { isMain, type ChatFields } from "./support/show-chat.js";

export const TASK = "Look up the weather in Paris, then convert it to fahrenheit.";

const getWeather = tool(({ city }) => `${city}: 21 °C`, {
  name: "get_weather",
  description: "Tells how warm it is in a city",
  schema: z.object({ city: z.string() }),
});

const convertTemperature = tool(
  ({ value, to }) =>
    to === "celsius" ? `${((value - 32) * 5) / 9} °C` : `${(value * 9) / 5 + 32} °F`,
  {
    name: "convert_temperature",
    description: "Converts degrees from one unit to the other",
    schema: z.object({ value: z.number(), to: z.enum(["celsius", "fahrenheit"]) }),
  },
);

export function createWeatherAgent(fields: ChatFields) {
  return createAgent({ model: new OpenAIChat(fields), tools: [getWeather, convertTemperature] });
}

if (isMain(import.meta)) {
  const baseUrl = process.env.OPENAI_BASE_URL ?? `${(await startModelServer()).origin}/v1`;
  const agent = createWeatherAgent({ baseUrl, model: process.env.OPENAI_MODEL ?? "alice" });
  console.log(`asked: ${TASK}`);
  const task = { messages: [{ role: "user", content: TASK }] };
  for await (const [message] of await agent.stream(task, { streamMode: "messages" })) show(message);
  console.log();
}

/** Text and arguments as they come; a tool's result whole. */
function show(message: BaseMessage): void {
  const isAnswer = AIMessageChunk.isInstance(message);
  process.stdout.write(isAnswer ? message.text : `\nanswered: ${message.text}\n`);
  for (const { name, args } of isAnswer ? (message.tool_call_chunks ?? []) : []) {
    process.stdout.write(`${name ? `\ncalled: ${name} ` : ""}${args ?? ""}`);
  }
}
