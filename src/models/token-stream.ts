import type { RunnableConfig } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { IterableReadableStream } from "@langchain/core/utils/stream";

/**
 * What `stream()` gives: LangChain's `IterableReadableStream`, on which `for await` asks the answer itself
 * for the next token. LangChain's own way leads through a stream controller, a queue and a change of
 * context per token, which costs several times what the token does. Whoever takes a reader, pipes or tees
 * gets an ordinary `ReadableStream`.
 */
export class TokenStream<T> extends IterableReadableStream<T> {
  readonly #tokens: AsyncGenerator<T, void, undefined>;
  /** Taken already, and to be given first. */
  #first: IteratorResult<T, void> | undefined;
  /** Somebody has taken a reader, and goes on to read from it. */
  #isReadByReader = false;

  private constructor(tokens: AsyncGenerator<T, void, undefined>) {
    super(
      {
        pull: async (controller) => {
          this.#isReadByReader = true;
          const result = await this.#nextToken();
          if (result.done === true) controller.close();
          else controller.enqueue(result.value);
        },
        cancel: async () => {
          this.#first = undefined;
          await tokens.return();
        },
      },
      // Nothing is read before somebody asks: what is queued here could not be taken by next().
      { highWaterMark: 0 },
    );
    this.#tokens = tokens;
  }

  /**
   * Waits for the first token, so that what fails before it rejects here, as in LangChain. The answer
   * begins in the context of `config`, where runs that hooks start find their parent; what it awaits
   * stays there.
   */
  static async open<T>(
    tokens: AsyncGenerator<T, void, undefined>,
    config: Partial<RunnableConfig>,
  ): Promise<TokenStream<T>> {
    const stream = new TokenStream(tokens);
    stream.#first = await AsyncLocalStorageProviderSingleton.runWithConfig(
      config,
      async () => tokens.next(),
      true,
    );
    return stream;
  }

  /** A stream of what a generator gives. */
  static over<T>(tokens: AsyncGenerator<T, void, undefined>): TokenStream<T> {
    return new TokenStream(tokens);
  }

  override next(): Promise<IteratorResult<T>> {
    return this.#isReadByReader ? super.next() : this.#nextToken();
  }

  override async return(): Promise<IteratorResult<T>> {
    if (this.locked) return super.return();
    await this.cancel();
    return { done: true, value: undefined };
  }

  override async throw(error: unknown): Promise<IteratorResult<T>> {
    if (this.locked) return super.throw(error);
    await this.cancel();
    throw error;
  }

  #nextToken(): Promise<IteratorResult<T, void>> {
    const first = this.#first;
    if (first === undefined) return this.#tokens.next();
    this.#first = undefined;
    return Promise.resolve(first);
  }
}
