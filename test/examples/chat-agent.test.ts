import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWeatherAgent, TASK } from "../../examples/agent.js";
import { startModelServer, type ModelServer } from "../../examples/server/start.js";

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer({ pauseMs: 1 });
});
afterAll(() => server.close());

const agent = () => createWeatherAgent({ baseUrl: `${server.origin}/v1`, model: "alice" });
const task = { messages: [{ role: "user", content: TASK }] };
const ANSWER = "get_weather says “Paris: 21 °C”, convert_temperature says “69.8 °F”.";

describe("The LangGraph agent", () => {
  it("finishes a task of two steps, the second of which needs the result of the first", async () => {
    const { messages } = await agent().invoke(task);
    expect(messages.map(({ type }) => type)).toEqual(["human", "ai", "tool", "ai", "tool", "ai"]);
    const calls = messages.flatMap((message) => {
      return AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
    });
    expect(calls).toMatchObject([
      { name: "get_weather", args: { city: "Paris" } },
      { name: "convert_temperature", args: { value: 21, to: "fahrenheit" } },
    ]);
    expect(messages.at(-1)?.text).toBe(ANSWER);
  });

  it("streams its model's tokens", async () => {
    let text = "";
    let args = "";
    let pieces = 0;
    for await (const [message] of await agent().stream(task, { streamMode: "messages" })) {
      if (!AIMessageChunk.isInstance(message)) continue;
      text += message.text;
      for (const call of message.tool_call_chunks ?? []) args += call.args ?? "";
      pieces++;
    }
    expect(text).toBe(ANSWER);
    expect(args).toBe('{"city":"Paris"}{"value":21,"to":"fahrenheit"}');
    expect(pieces).toBeGreaterThan(40);
  });
});
