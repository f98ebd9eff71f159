import type { AIMessageChunk } from "@langchain/core/messages";
import type { HttpStreamingChatModel } from "http-streaming-llm";
import type { ChatOptions } from "../../examples/support/show-chat.js";

type Model = Pick<
  HttpStreamingChatModel<never, ChatOptions>,
  "invoke" | "stream" | "streamSync" | "getName"
>;

/** The message that each path makes of an answer, as a user puts its chunks together. */
export async function everyPath(model: Model, question: string): Promise<AIMessageChunk[]> {
  const streamed: AIMessageChunk[] = [];
  for await (const chunk of await model.stream(question)) streamed.push(chunk);
  return [await model.invoke(question), joined(streamed), joined([...model.streamSync(question)])];
}

function joined([first, ...rest]: readonly AIMessageChunk[]): AIMessageChunk {
  return rest.reduce((all, chunk) => all.concat(chunk), first!);
}
