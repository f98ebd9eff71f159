import { HookError } from "../errors.js";
import { isFilled } from "./fields.js";

/** The characters that may stand around the mark: some servers write blanks there, or the mark as a JSON text. */
const AROUND = /^[\s"]*(.*?)[\s"]*$/s;
const LONGEST_AROUND = 16;

/** The mark by which a stream of events says that it is complete: the data of an event, or an event's name. */
export class EndMark {
  /** The mark looks like a record. */
  readonly isObject: boolean;

  private constructor(
    private readonly data: string | undefined,
    private readonly event: string | undefined,
  ) {
    this.isObject = data?.includes("{") === true;
  }

  /**
   * Reads the option `done`.
   *
   * @throws HookError where it is neither a text, nor a name, nor `false`.
   */
  static of(done: unknown): EndMark {
    if (done === false) return new EndMark(undefined, undefined);
    if (isFilled(done)) return new EndMark(done, undefined);
    const name = (done as { event?: unknown } | null)?.event;
    if (isFilled(name)) return new EndMark(undefined, name);
    throw new HookError(
      "format",
      `sse() got ${JSON.stringify(done)} as "done". Give the data of the event that ends the stream, such as "[DONE]", its name, { event: "end" }, or false for none.`,
    );
  }

  /** An event of this name is the mark. */
  isName(event: string | undefined): boolean {
    return event !== undefined && event === this.event;
  }

  /** This part of a text is the mark. */
  isData(text: string, start: number, end: number): boolean {
    const mark = this.data;
    if (mark === undefined) return false;
    const around = end - start - mark.length;
    if (around < 0 || around > LONGEST_AROUND) return false;
    const data = text.slice(start, end);
    return data === mark || (around > 0 && AROUND.exec(data)?.[1] === mark);
  }
}
