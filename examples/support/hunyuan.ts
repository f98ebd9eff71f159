/** Tencent's signature, and what LangChain says, as Hunyuan takes it: OpenAI's words in capitals. */
import { createHash, createHmac } from "node:crypto";
import type { BoundTool, RequestContext } from "http-streaming-llm";
import type { OpenAIContentPart, OpenAIMessage } from "http-streaming-llm/openai";

export interface Keys {
  readonly id: string;
  readonly key: string;
}

const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const hmac = (key: string | Buffer, text: string) =>
  createHmac("sha256", key).update(text).digest();

/**
 * The headers that sign a JSON request as it will be sent: asked for every attempt, each has its own time.
 * @see https://cloud.tencent.com/document/api/1729/101843
 */
export function signed(context: RequestContext, service: string, { id, key }: Keys) {
  const { hostname, pathname, search } = new URL(context.url);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const date = new Date().toISOString().slice(0, 10);
  const head = `content-type:application/json\nhost:${hostname}\n`;
  const names = "content-type;host";
  const request = [context.method, pathname, search.slice(1), head, names, sha256(context.body)];
  const scope = `${date}/${service}/tc3_request`;
  const text = ["TC3-HMAC-SHA256", timestamp, scope, sha256(request.join("\n"))].join("\n");
  const signingKey = hmac(hmac(hmac(`TC3${key}`, date), service), "tc3_request");
  const signature = hmac(signingKey, text).toString("hex");
  return {
    authorization: `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    "content-type": "application/json",
    "x-tc-timestamp": timestamp,
  };
}

export function toMessages(conversation: readonly OpenAIMessage[]) {
  return conversation.map(({ role, content, tool_calls, tool_call_id }) => ({
    Role: role,
    ...(typeof content === "object" ? { Contents: content.map(toPart) } : { Content: content }),
    ToolCalls: tool_calls?.map(({ id, type, function: { name, arguments: args } }) => {
      return { Id: id, Type: type, Function: { Name: name, Arguments: args } };
    }),
    ToolCallId: tool_call_id,
  }));
}

function toPart(part: OpenAIContentPart) {
  if (part.type === "text") return { Type: "text", Text: part.text };
  if (part.type !== "image_url") throw new Error(`There is no ${part.type} in Hunyuan's words.`);
  return { Type: "image_url", ImageUrl: { Url: part.image_url.url } };
}

/** The tools, and which of them has to be called: one, by its name, or whichever the model likes. */
export function toTools(tools: readonly BoundTool[] | undefined, choice: unknown) {
  const Tools = tools?.map(toTool);
  if (choice === undefined || choice === "auto" || choice === "none") {
    return { Tools, ToolChoice: choice };
  }
  const isAny = choice === "any" || choice === "required";
  const named = Tools?.filter(({ Function: { Name } }) => isAny || Name === choice);
  if (named?.length === 1) return { Tools, ToolChoice: "custom", CustomTool: named[0] };
  throw new Error("Hunyuan can be told to call one tool, by its name, and not any of several.");
}

function toTool({ type, function: definition }: BoundTool) {
  if (definition === undefined) throw new Error(`The tool ${type} is no function.`);
  const { name: Name, description: Description, parameters } = definition;
  return {
    Type: "function",
    Function: { Name, Description, Parameters: JSON.stringify(parameters) },
  };
}
