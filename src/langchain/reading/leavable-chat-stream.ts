import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import { ChatModelStream } from "@langchain/core/language_models/stream";
import type { AIMessage } from "@langchain/core/messages";
import { SharedSource } from "./shared-source.js";

type Events = AsyncIterator<ChatModelStreamEvent, void>;

/**
 * LangChain's stream of content-block events, whose last reader ends the call by leaving. LangChain's own reads
 * on into memory, for good where the answer has no end, however slow its readers are and whoever has left.
 */
export class LeavableChatStream extends ChatModelStream {
  readonly #events: SharedSource<ChatModelStreamEvent>;

  /** @param events the answer; its `return()` ends the call. */
  constructor(events: Events | PromiseLike<Events>) {
    const shared = new SharedSource(events, isFinish);
    super(shared);
    this.#events = shared;
  }

  override [Symbol.asyncIterator](): AsyncGenerator<ChatModelStreamEvent, void, undefined> {
    return this.#events.reader(super[Symbol.asyncIterator]());
  }

  override get text(): ChatModelStream["text"] {
    return this.#share(super.text);
  }

  override get toolCalls(): ChatModelStream["toolCalls"] {
    return this.#share(super.toolCalls);
  }

  /** Iterated over, it ends with the first thought, as LangChain's does; awaited, it is all thoughts. */
  override get reasoning(): ChatModelStream["reasoning"] {
    const part = this.#share(super.reasoning);
    const then: PromiseLike<string>["then"] = (...handlers) => this.#thoughts().then(...handlers);
    return Object.defineProperty(part, "then", { value: then });
  }

  async #thoughts(): Promise<string> {
    let thoughts = "";
    for await (const event of this) {
      const isDelta =
        event.event === "content-block-delta" && event.delta.type === "reasoning-delta";
      if (isDelta) thoughts += (event.delta as { reasoning: string }).reasoning;
    }
    return thoughts;
  }

  override get usage(): ChatModelStream["usage"] {
    return this.#share(super.usage);
  }

  override get output(): PromiseLike<AIMessage> {
    return this.#events.readAll(super.output);
  }

  override then<Result = AIMessage, Failure = never>(
    onFulfilled?: ((message: AIMessage) => Result | PromiseLike<Result>) | null,
    onRejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): PromiseLike<Result | Failure> {
    return this.output.then(onFulfilled, onRejected);
  }

  /** Makes those who iterate over a part of the stream readers of the whole. */
  #share<Part extends AsyncIterable<unknown>>(part: Part): Part {
    const iterate = part[Symbol.asyncIterator].bind(part);
    const { full } = part as { readonly full?: AsyncIterable<unknown> };
    Object.defineProperty(part, Symbol.asyncIterator, {
      value: () => this.#events.reader(iterate()),
    });
    if (full !== undefined) Object.defineProperty(part, "full", { value: this.#share(full) });
    return part;
  }
}

function isFinish({ event }: ChatModelStreamEvent): boolean {
  return event === "message-finish";
}
