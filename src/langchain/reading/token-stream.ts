import { ensureConfig, type RunnableConfig } from "@langchain/core/runnables";
import { IterableReadableStream } from "@langchain/core/utils/stream";
import { runInContext } from "../core-members.js";

/**
 * The result of `stream()`: LangChain's `IterableReadableStream`, on which `for await` asks the answer itself
 * for the next token. LangChain's own way leads through a stream controller, a queue and a change of
 * context per token, which costs several times what the token does. Whoever takes a reader, pipes or tees
 * gets an ordinary `ReadableStream`.
 */
export class TokenStream<T> extends IterableReadableStream<T> {
  // Node gives every web stream a shape of its own, so that looking up a field costs more than usual: here is one.
  readonly #source: TokenSource<T>;

  private constructor(tokens: AsyncGenerator<T, void, undefined>) {
    const source = new TokenSource(tokens);
    super(
      {
        pull: async (controller) => {
          source.isReadByReader = true;
          const result = await source.next();
          if (result.done === true) controller.close();
          else controller.enqueue(result.value);
        },
        cancel: async () => {
          source.first = undefined;
          await tokens.return();
        },
      },
      // Nothing is read before somebody asks: what is queued here could not be taken by next().
      { highWaterMark: 0 },
    );
    this.#source = source;
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
    stream.#source.first = await runInContext(config, async () => tokens.next());
    return stream;
  }

  /** A stream of what a generator gives. */
  static over<T>(tokens: AsyncGenerator<T, void, undefined>): TokenStream<T> {
    return new TokenStream(tokens);
  }

  override next(): Promise<IteratorResult<T>> {
    const source = this.#source;
    return source.isReadByReader ? super.next() : source.next();
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
}

/** The source of a stream's tokens, and their reader. */
class TokenSource<T> {
  /** Taken already, and to be given first. */
  first: IteratorResult<T, void> | undefined;
  /** Somebody has taken a reader of the stream, and goes on to read from it. */
  isReadByReader = false;

  constructor(private readonly tokens: AsyncGenerator<T, void, undefined>) {}

  next(): Promise<IteratorResult<T, void>> {
    const { first } = this;
    if (first === undefined) return this.tokens.next();
    this.first = undefined;
    return Promise.resolve(first);
  }
}

/**
 * Opens the stream of a model's outputs.
 *
 * @param iterate begins the answer.
 */
export async function openStream<Options extends RunnableConfig, Output>(
  options: Partial<Options> | undefined,
  iterate: (config: Options) => AsyncGenerator<Output, void, undefined>,
): Promise<IterableReadableStream<Output>> {
  const config = ensureConfig<Options>(options as Options);
  return TokenStream.open(iterate(config), config);
}
