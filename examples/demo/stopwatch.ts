/** Prints each token with the time since the call, and remembers the first and the last. */
export class Stopwatch {
  readonly #started = performance.now();
  #count = 0;
  #first = 0;
  #last = 0;

  token(text: string): void {
    this.#last = performance.now() - this.#started;
    if (this.#count++ === 0) this.#first = this.#last;
    process.stdout.write(`  +${seconds(this.#last)}  ${JSON.stringify(text)}\n`);
  }

  get summary(): string {
    if (this.#count === 0) return "no token came";
    return `first token after ${seconds(this.#first)}, last after ${seconds(this.#last)}, ${this.#count} in all`;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)}s`;
