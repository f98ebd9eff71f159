import type { AIMessageChunk } from "@langchain/core/messages";
import { PartialJsonReader } from "../../formats/json/partial-json.js";
import { isOver } from "./message-tool-calls.js";

/** Reads the object of an answer that streams. */
export interface PartialAnswer {
  /** Takes a chunk. Gives as much of the object as there is, if that is more than before; else `undefined`. */
  next(chunk: AIMessageChunk): unknown;
}

const FENCE = "```";
/** The text that may stand behind a fence, and is no part of the JSON. */
const LANGUAGE = "json";

/** The object is the JSON text of the answer, or of the first fenced block in it, as for LangChain. */
export class PartialContent implements PartialAnswer {
  #reader = new PartialJsonReader();
  #place: "before the fence" | "behind the fence" | "within" | "after" = "before the fence";
  /** The end of what has come, where it may be the beginning of a fence or of the language. */
  #held = "";

  next({ text }: AIMessageChunk): unknown {
    if (text === "") return undefined;
    this.#add(text);
    return this.#reader.next() ?? undefined;
  }

  #add(piece: string): void {
    const text = this.#held + piece;
    const fence = this.#place === "behind the fence" ? -1 : text.indexOf(FENCE);
    switch (this.#place) {
      case "before the fence":
        this.#held = startOfFence(text);
        if (fence < 0) {
          this.#reader.add(piece);
          return;
        }
        // What stood before was no JSON after all.
        this.#reader = new PartialJsonReader();
        this.#place = "behind the fence";
        this.#held = "";
        this.#add(text.slice(fence + FENCE.length));
        return;
      case "behind the fence":
        this.#held = text;
        if (text.length < LANGUAGE.length && LANGUAGE.startsWith(text)) return;
        this.#place = "within";
        this.#held = "";
        this.#add(text.startsWith(LANGUAGE) ? text.slice(LANGUAGE.length) : text);
        return;
      case "within":
        this.#held = startOfFence(text);
        this.#reader.add(text.slice(0, fence < 0 ? text.length - this.#held.length : fence));
        if (fence >= 0) this.#place = "after";
        return;
      case "after":
    }
  }
}

function startOfFence(text: string): string {
  return text.endsWith("``") ? "``" : text.endsWith("`") ? "`" : "";
}

interface PartialCall {
  name: string;
  id: string | undefined;
  readonly args: PartialJsonReader;
}

/** The object is the arguments of the first call of a tool. */
export class PartialToolCall implements PartialAnswer {
  readonly #toolName: string;
  readonly #calls = new Map<unknown, PartialCall>();
  #isOver = false;

  constructor(toolName: string) {
    this.#toolName = toolName;
  }

  next(chunk: AIMessageChunk): unknown {
    for (const { index, id, name, args } of chunk.tool_call_chunks ?? []) {
      let call = this.#calls.get(index);
      if (call === undefined) {
        call = { name: "", id: undefined, args: new PartialJsonReader() };
        this.#calls.set(index, call);
      }
      call.name += name ?? "";
      call.id ??= id;
      call.args.add(args ?? "");
    }
    this.#isOver ||= isOver(chunk);
    for (const { name, id, args } of this.#calls.values()) {
      if (name === this.#toolName && id !== undefined) return this.#objectOf(args);
    }
    return undefined;
  }

  #objectOf(args: PartialJsonReader): unknown {
    // Arguments that were cut off are no call.
    if (this.#isOver && !args.isComplete) return undefined;
    const value = args.next();
    return typeof value === "object" && !Array.isArray(value) ? (value ?? undefined) : undefined;
  }
}
