import { streamLeftError } from "../runs/abort-error.js";
import { DONE, LeavableGenerator } from "./leavable-generator.js";

/**
 * The source of a buffer that keeps everything and takes as much as it is given. The buffer's readers are the
 * source's as well, so that it is read no faster than the fastest of them reads, and ends when the last leaves.
 * While nobody is reading, it is read on to its end.
 */
export class SharedSource<T> implements AsyncIterableIterator<T, void> {
  readonly #source: AsyncIterator<T, void> | PromiseLike<AsyncIterator<T, void>>;
  readonly #isLast: (item: T) => boolean;
  /** Those who have begun to read, and have neither left nor come to an end. */
  readonly #readers = new Set<object>();
  /** Their reads that are waiting. */
  #reads = 0;
  #hasEnded = false;
  /** The error of those who come after the last reader has left. */
  #left: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param isLast tells the item after which there is nothing to leave. */
  constructor(
    source: AsyncIterator<T, void> | PromiseLike<AsyncIterator<T, void>>,
    isLast: (item: T) => boolean,
  ) {
    this.#source = source;
    this.#isLast = isLast;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The buffer's: the next item, as soon as somebody wants it. */
  async next(): Promise<IteratorResult<T, void>> {
    while (!this.#isWanted) await new Promise<void>((resolve) => (this.#wake = resolve));
    try {
      this.#throwIfLeft();
      const result = await (await this.#source).next();
      this.#throwIfLeft();
      this.#hasEnded ||= result.done === true || this.#isLast(result.value);
      return result;
    } catch (error) {
      this.#hasEnded = true;
      throw error;
    }
  }

  #throwIfLeft(): void {
    if (this.#left !== undefined) throw this.#left;
  }

  get #isWanted(): boolean {
    return (
      this.#reads > 0 || this.#readers.size === 0 || this.#hasEnded || this.#left !== undefined
    );
  }

  /** A reader of the buffer, whom the source knows. */
  reader<Item>(items: AsyncIterator<Item>): AsyncGenerator<Item, void, undefined> {
    return new SharedReader(this, items);
  }

  /** The same for one who reads all there is. */
  readAll<Whole extends PromiseLike<unknown>>(whole: Whole): Whole {
    const end = (): void => {
      this.endRead();
      this.part(whole);
    };
    this.beginRead(whole);
    whole.then(end, end);
    return whole;
  }

  /** A reader reads. */
  beginRead(reader: object): void {
    this.#readers.add(reader);
    this.#reads++;
    this.#wake?.();
  }

  /** A read has got what it waited for. */
  endRead(): void {
    this.#reads--;
  }

  /** A reader has come to the end of what it reads. */
  part(reader: object): void {
    this.#readers.delete(reader);
    if (this.#readers.size === 0) this.#wake?.();
  }

  /** A reader leaves before the end. The last one ends the source. */
  async leave(reader: object): Promise<void> {
    this.#readers.delete(reader);
    if (this.#readers.size > 0 || this.#hasEnded || this.#left !== undefined) return;
    this.#left = streamLeftError();
    this.#wake?.();
    await (await this.#source).return?.();
  }
}

/** A source as its readers know it. */
type Readers = Pick<SharedSource<never>, "beginRead" | "endRead" | "part" | "leave">;

/** One reader of the buffer. */
class SharedReader<Item> extends LeavableGenerator<Item> {
  readonly #shared: Readers;
  readonly #items: AsyncIterator<Item>;
  #isOver = false;

  constructor(shared: Readers, items: AsyncIterator<Item>) {
    super();
    this.#shared = shared;
    this.#items = items;
  }

  async next(): Promise<IteratorResult<Item, void>> {
    if (this.#isOver) return DONE;
    this.#shared.beginRead(this);
    try {
      const result = await this.#items.next();
      if (result.done !== true) return result;
      this.#end();
      return DONE;
    } catch (error) {
      // Who has left is told of no error.
      if (this.#hasLeft()) return DONE;
      this.#end();
      throw error;
    } finally {
      this.#shared.endRead();
    }
  }

  #hasLeft(): boolean {
    return this.#isOver;
  }

  #end(): void {
    this.#isOver = true;
    this.#shared.part(this);
  }

  protected async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    // Others may read on: what this one waits for may come late.
    void this.#items.return?.();
    await this.#shared.leave(this);
  }
}
