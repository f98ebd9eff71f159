import { hasContent } from "../delta/delta-fields.js";
import type { StreamDelta } from "../delta/stream-delta.js";
import { isNoReason } from "../provider/finish-reason.js";

/** So many announcements that more came behind may be those of steps. */
const MOST_STEPS = 2;

/**
 * How far an answer has come, and what was said of its end.
 *
 * | the end is | when | then |
 * | --- | --- | --- |
 * | open | nothing was said of it | a clean end of the body is the end |
 * | promised | the provider said that more would come | it has to be announced |
 * | announced | a finish reason, `done`, the format's marker | the rest is read for a short grace |
 * | announced, and gone on | content came after an announcement | the rest is read without a grace, and may promise another |
 * | announced each time | content came behind every announcement, and there was one with each piece | that of the records themselves counts |
 */
export class AnswerProgress {
  /** Grows with every record that said something. */
  news = 0;
  /** Grows with every record that held a part of the answer itself. */
  content = 0;
  /** The provider said that more would come. */
  isPromised = false;
  /** The provider said that the answer is complete. */
  announced = false;
  /** The provider's word for why the answer ended. */
  finishReason: string | undefined;
  /** A hook found a text in a record, though it was empty. */
  isUnderstood = false;

  /** The content that had come with the last announcement, or before it. */
  #contentAtEnd = 0;
  /** The number of announcements behind which content came. */
  #belied = 0;

  /** It went on after that, so the announcement was not the end. */
  get wentOn(): boolean {
    return this.#belied > 0;
  }

  /** It was announced, and nothing has come since. */
  get isOver(): boolean {
    return this.announced && this.content <= this.#contentAtEnd;
  }

  /**
   * The announcement is not to be believed against the records themselves: content came behind it, or behind each one
   * before it, as where a hook says `done: record.finish_reason !== undefined`.
   */
  get isDoubtful(): boolean {
    return !this.isOver || (this.#belied > MOST_STEPS && this.#belied >= this.content - 1);
  }

  /**
   * A record held content.
   *
   * @param wasOver it came when the answer was over.
   * @param isNote it came there, and belongs to what came before it: it may follow the end.
   */
  noteContent(wasOver: boolean, isNote?: boolean): void {
    this.news++;
    this.content++;
    if (isNote) this.#contentAtEnd++;
    else if (wasOver) this.#belied++;
  }

  /** Takes what a delta says of the end. */
  takeEnd(delta: StreamDelta): void {
    const { finishReason, done } = delta;
    if (isNoReason(finishReason)) {
      this.isPromised = true;
    } else if (finishReason) {
      this.finishReason = finishReason;
      this.#announce(delta);
    }
    if (done === true) this.#announce(delta);
    else if (done === false) this.isPromised = true;
  }

  #announce(delta: StreamDelta): void {
    this.#contentAtEnd = this.content + (hasContent(delta) ? 1 : 0);
    if (this.announced) return;
    this.announced = true;
    this.news++;
  }
}
