import { HumanMessage } from "@langchain/core/messages";
import { scriptedTransport } from "http-streaming-llm/testing";
import { describe, expect, it } from "vitest";
import { BedrockChat } from "../../examples/bedrock-converse.js";
import { event } from "../helpers/aws-frames.js";

const delta = (contentBlockIndex: number, said: object) =>
  event("contentBlockDelta", { contentBlockIndex, delta: said });

const stop = (contentBlockIndex: number) => event("contentBlockStop", { contentBlockIndex });

const trace = { guardrail: { inputAssessment: {} } };

const BODY = [
  event("messageStart", { role: "assistant" }),
  ...[delta(0, { reasoningContent: { text: "Hm." } })],
  ...[delta(0, { reasoningContent: { signature: "s" } }), stop(0)],
  ...[delta(1, { reasoningContent: { redactedContent: "UkVE" } }), stop(1)],
  ...[delta(2, { text: "Rain." }), stop(2)],
  event("messageStop", { stopReason: "end_turn" }),
  event("metadata", { usage: { inputTokens: 1, outputTokens: 2 }, trace }),
];

describe.each(["v0", "v1"] as const)("The Bedrock example (%s)", (outputVersion) => {
  it("sends thoughts back, those that may not be read as well, and keeps the trace", async () => {
    const headers = { "content-type": "application/vnd.amazon.eventstream" };
    const transport = scriptedTransport(() => ({ headers, body: BODY }));
    const fields = { baseUrl: "http://localhost", model: "claude", transport, outputVersion };
    const model = new BedrockChat(fields);
    const answer = await model.invoke("?");
    expect(answer.response_metadata.trace).toEqual(trace);
    await model.invoke([new HumanMessage("?"), answer]);
    const { messages } = JSON.parse(transport.requests[1]?.body as string) as {
      messages: object[];
    };
    expect(messages[1]).toEqual({
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: { text: "Hm.", signature: "s" } } },
        { reasoningContent: { redactedContent: "UkVE" } },
        { text: "Rain." },
      ],
    });
  });
});
