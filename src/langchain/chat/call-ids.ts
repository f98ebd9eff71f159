import type { AIMessage, BaseMessage, ToolMessage } from "@langchain/core/messages";

type MaybeCalling = Partial<Pick<AIMessage, "tool_calls" | "invalid_tool_calls">> &
  Partial<Pick<ToolMessage, "tool_call_id">>;

/**
 * The ids of an answer's tool calls, each of which no call before it has, in the answer or its history. Some servers
 * count calls anew in each answer, or give all of them one id, and LangGraph's `ToolNode` skips a call in silence
 * whose id a result in the history has.
 */
export class CallIds {
  #taken: Set<string | undefined> | undefined;
  /** For an id that is taken one behind it that was free: a run of taken ones is gone through once. */
  readonly #later = new Map<string, string>();

  /** @param history the messages that are answered. */
  constructor(private readonly history: readonly BaseMessage[]) {}

  /**
   * The id of the next call: the given one if it is free, or else with the next number at its end that is. The rest of
   * it stays, for some models read the tool's name in it (`functions.get_weather:0`).
   */
  take(id: string): string {
    const taken = (this.#taken ??= idsIn(this.history));
    const passed: string[] = [];
    let free = id;
    while (taken.has(free)) {
      passed.push(free);
      free = this.#later.get(free) ?? withNextNumber(free);
    }
    for (const one of passed) this.#later.set(one, free);
    taken.add(free);
    return free;
  }
}

function idsIn(history: readonly BaseMessage[]): Set<string | undefined> {
  const ids = (history as readonly MaybeCalling[]).flatMap(
    ({ tool_calls, invalid_tool_calls, tool_call_id }) => [
      tool_call_id,
      ...[...(tool_calls ?? []), ...(invalid_tool_calls ?? [])].map(({ id }) => id),
    ],
  );
  return new Set(ids);
}

/** The number keeps its length where it can: some servers want that of an id. */
function withNextNumber(id: string): string {
  const [number] = /\d{1,15}$/.exec(id) ?? [];
  if (number === undefined) return `${id}-2`;
  const next = String(Number(number) + 1).padStart(number.length, "0");
  return id.slice(0, -number.length) + next;
}
