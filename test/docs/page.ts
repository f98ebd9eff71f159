/**
 * The code of a page. Its ```ts blocks are one program, in their order: a block may use what those
 * before it declared. A ```text block right after one is what that block prints. A ```js block is a
 * program of its own.
 */

/** A block of code, from the fence line to the closing fence, which are not part of it. */
interface Block {
  readonly language: string;
  /** The fences' lines, counted from 0. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a block is to print. */
export interface ExpectedOutput {
  /** Which ```ts block, from 0. */
  readonly block: number;
  readonly text: string;
}

export class Page {
  readonly #lines: readonly string[];
  readonly #blocks: readonly Block[];

  constructor(markdown: string) {
    this.#lines = markdown.split("\n");
    this.#blocks = findBlocks(this.#lines);
  }

  /** All that is not code as empty lines, so that a line has the same number here and there. */
  get program(): string {
    return this.#render(() => "");
  }

  /** The same, with a statement after each block that prints {@link endOf} it. */
  get markedProgram(): string {
    return this.#render((index) => `console.log(${JSON.stringify(endOf(index))});`);
  }

  get typescript(): readonly string[] {
    return this.#of("ts").map(({ text }) => text);
  }

  get javascript(): readonly string[] {
    return this.#of("js").map(({ text }) => text);
  }

  get languages(): readonly string[] {
    return this.#blocks.map(({ language }) => language);
  }

  get outputs(): readonly ExpectedOutput[] {
    const blocks = this.#of("ts");
    return this.#of("text").flatMap(({ start, text }) => {
      const block = blocks.findIndex(({ end }) => {
        const between = this.#lines.slice(end + 1, start);
        return end < start && between.every((line) => line.trim() === "");
      });
      return block === -1 ? [] : [{ block, text }];
    });
  }

  #of(language: string): Block[] {
    return this.#blocks.filter((block) => block.language === language);
  }

  #render(afterBlock: (index: number) => string): string {
    const lines = this.#lines.map(() => "");
    for (const [index, { start, end }] of this.#of("ts").entries()) {
      for (let at = start + 1; at < end; at++) lines[at] = this.#lines[at] ?? "";
      lines[end] = afterBlock(index);
    }
    return lines.join("\n");
  }
}

/** What is printed when a block has run. */
export const endOf = (block: number): string => `--- end of block ${block} ---`;

function findBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let start: number | undefined;
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith("```")) continue;
    if (start === undefined) {
      start = at;
      continue;
    }
    const language = (lines[start] ?? "").slice("```".length);
    blocks.push({ language, start, end: at, text: lines.slice(start + 1, at).join("\n") });
    start = undefined;
  }
  return blocks;
}
