/** What OpenAI's, llama.cpp's and vLLM's servers, and the chat templates of many models, refuse in a history. */

interface Refusal {
  readonly status: number;
  readonly message: string;
}

interface SentMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id?: unknown;
    readonly type?: unknown;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** The words with which a strict server refuses a conversation; `undefined` for one that it takes. */
export function refusalOf(messages: readonly SentMessage[]): Refusal | undefined {
  if (messages.length === 0) return refuse(400, "messages must not be empty");
  /** Calls of the last answer that have no result so far; an id may come twice. */
  let open: string[] = [];
  for (const { role, content, tool_call_id = "", tool_calls } of messages) {
    if (typeof content !== "string") return refuse(422, `content of ${role} must be a string`);
    if (role === "tool") {
      if (!open.includes(tool_call_id))
        return refuse(400, `no call for the result ${tool_call_id}`);
      open = open.filter((_, place) => place !== open.indexOf(tool_call_id));
      continue;
    }
    if (open.length > 0) return refuse(400, `no result for the call ${open.join(", ")}`);
    if (tool_calls === undefined) continue;
    if (role !== "assistant" || tool_calls.length === 0) return refuse(400, "empty tool_calls");
    for (const { id, type, function: called } of tool_calls) {
      if (typeof id !== "string" || type !== "function") return refuse(400, "malformed tool call");
      if (!/^[\w-]{1,64}$/.test(called.name)) return refuse(400, `malformed name "${called.name}"`);
      if (!isObject(called.arguments)) return refuse(500, `malformed JSON ${called.arguments}`);
      open.push(id);
    }
  }
  return open.length === 0 ? undefined : refuse(400, `no result for the call ${open.join(", ")}`);
}

function refuse(status: number, message: string): Refusal {
  return { status, message };
}

function isObject(text: string): boolean {
  try {
    return Object.prototype.toString.call(JSON.parse(text)) === "[object Object]";
  } catch {
    return false;
  }
}
