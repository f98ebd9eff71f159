import type { AIMessageChunk } from "@langchain/core/messages";
import { PartialJsonReader } from "../../formats/json/partial-json.js";
import { Rope } from "../../streaming/text/rope.js";
import { isOver } from "./message-tool-calls.js";

/** Reads the object of an answer that streams. */
export interface PartialObject {
  /** Takes a chunk. Gives as much of the object as there is, if that is more than before; else `undefined`. */
  next(chunk: AIMessageChunk): unknown;
}

/** The beginning and the end of a block in Markdown. */
export const FENCE = "```";
/** The text that may stand behind a fence, and is no part of the JSON. */
const LANGUAGE = "json";

/**
 * The object is the JSON text of the answer, or of the first fenced block in it, as for LangChain. What looks like a
 * fence in a string of that JSON is a part of the string, which LangChain's own parsers do not see.
 */
export class PartialContent implements PartialObject {
  #reader = new PartialJsonReader();
  readonly #json = new Rope();
  #place: "before the fence" | "behind the fence" | "within" | "after" = "before the fence";
  /** The end of what has come, where it may be the beginning of a fence or of the language. */
  #held = "";

  /** The text that may be the object's JSON. */
  get json(): string {
    return this.#json.toString();
  }

  next({ text }: Pick<AIMessageChunk, "text">): unknown {
    if (text === "") return undefined;
    let rest = this.#held + text;
    this.#held = "";
    while (rest !== "" && this.#place !== "after") {
      rest = this.#place === "behind the fence" ? this.#skipLanguage(rest) : this.#read(rest);
    }
    return this.#reader.next() ?? undefined;
  }

  /** Takes the text up to a fence; gives what follows it. */
  #read(text: string): string {
    const fence = text.indexOf(FENCE);
    const end = fence < 0 ? text.length - startOfFence(text).length : fence;
    this.#add(text.slice(0, end));
    if (fence < 0) {
      this.#held = text.slice(end);
      return "";
    }
    if (this.#reader.isInString) this.#add(FENCE);
    else this.#passFence();
    return text.slice(fence + FENCE.length);
  }

  #passFence(): void {
    if (this.#place === "within") {
      this.#place = "after";
      return;
    }
    // What stood before was no JSON after all.
    this.#reader = new PartialJsonReader();
    this.#json.clear();
    this.#place = "behind the fence";
  }

  #skipLanguage(text: string): string {
    if (text.length < LANGUAGE.length && LANGUAGE.startsWith(text)) {
      this.#held = text;
      return "";
    }
    this.#place = "within";
    return text.startsWith(LANGUAGE) ? text.slice(LANGUAGE.length) : text;
  }

  #add(piece: string): void {
    this.#reader.add(piece);
    this.#json.add(piece);
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
export class PartialToolCall implements PartialObject {
  readonly #toolName: string;
  readonly #calls = new Map<unknown, PartialCall>();
  /** The first call that turned out to be one of the tool. There may be very many others. */
  #found: PartialCall | undefined;
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
      if (this.#isOfTool(call)) this.#found ??= call;
      else if (this.#found === call) this.#found = undefined;
    }
    this.#isOver ||= isOver(chunk);
    return this.#found && this.#objectOf(this.#found.args);
  }

  #isOfTool({ name, id }: PartialCall): boolean {
    return name === this.#toolName && id !== undefined;
  }

  #objectOf(args: PartialJsonReader): unknown {
    // Arguments that were cut off are no call.
    if (this.#isOver && !args.isComplete) return undefined;
    const value = args.next();
    return typeof value === "object" && !Array.isArray(value) ? (value ?? undefined) : undefined;
  }
}
