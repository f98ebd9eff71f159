import { isDeepEqual } from "../../formats/deep-equal.js";
import type { ModelStreamError } from "../../errors.js";
import { DifferentContinuation, type PartialAnswer, type RepeatedPart } from "./continuation.js";
import { definedFields } from "../../formats/fields.js";
import { checkToolUse, checkUnannounced, checkUnread, type RecordsEnd } from "./answer-end.js";
import { AnswerFacts } from "./answer-facts.js";
import { AnswerProgress } from "./answer-progress.js";
import { hasContent, textOf } from "../delta/delta-fields.js";
import { readUsage } from "../delta/usage.js";
import { forEachDelta, givesContent } from "../delta/each-delta.js";
import { TextDelta, type Delta, type DeltaParts, type ToolCallPiece } from "../delta/delta.js";
import type { StreamDelta, TokenUsage } from "../delta/stream-delta.js";
import { saysError } from "../provider/failure-words.js";
import { modelStreamError, type ErrorPlace } from "../provider/model-stream-error.js";
import { DeltaOutlet } from "./delta-outlet.js";
import type { DeltaRules } from "./delta-rules.js";
import { LogprobsRule } from "./logprobs-rule.js";
import { NewParts } from "./new-parts.js";
import { hasContentBehindText, hasOtherContent, OtherContent } from "./other-content.js";
import { UsageTotal } from "./usage-total.js";

/** Says whether the provider has to announce the end of an answer. See `endOfStream` of the models. */
type EndOfStream = "required" | "optional";

/** The parts by which an answer is judged. */
export interface AnswerParts {
  readonly deltaRules: DeltaRules;
  /** The stop sequences to enforce. */
  readonly stop: readonly string[];
  readonly endOfStream: EndOfStream | undefined;
  /** The answer may be continued after a break, for which its reasoning has to be known. */
  readonly keepsReasoning: boolean;
  /** Takes out of a text what no error may show. */
  redact(text: string): string;
}

/**
 * The rules of an answer: from what the author's hook said of each record to the deltas that the reader
 * gets. Each fact leaves once, text passes the filter of the stop sequences, pieces of tool calls find
 * their call, a provider's error ends the answer, and the end is judged.
 */
export class AnswerRules {
  /** How far the answer has come. */
  readonly progress = new AnswerProgress();
  readonly #parts: AnswerParts;
  readonly #otherContent: OtherContent;
  readonly #facts = new AnswerFacts();
  readonly #usage = new UsageTotal();
  readonly #outlet: DeltaOutlet;
  readonly #logprobs = new LogprobsRule();
  readonly #newParts = new NewParts(() => this.#otherContent.cumulativeCalls());
  /** The hook that reads the records, for errors. */
  hook = "parseChunk";
  /** It came in one piece, and so is its own end. */
  isWhole = false;
  /** The number of records with content in responses before this one, which has to tell an end of its own. */
  #contentBefore = 0;
  /** The number of records that have been taken. */
  #taken = 0;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
    this.#outlet = new DeltaOutlet(parts.stop);
    this.#otherContent = new OtherContent(parts.deltaRules.toolCalls?.(), parts.keepsReasoning);
  }

  /** Prepares for an answer in one piece, which another hook reads: its end needs no announcement. */
  becomeWhole(hook: string): void {
    this.isWhole = true;
    this.hook = hook;
  }

  /** A stop sequence was found. */
  get stopped(): boolean {
    return this.#outlet.stopped;
  }

  /** A stop sequence has ended it, and the server goes on with it. */
  get isLeft(): boolean {
    return this.stopped && !this.isWhole;
  }

  /** Nothing but text and reasoning has come: new text can follow it. */
  get isText(): boolean {
    return this.#otherContent.isReasoningOnly;
  }

  /** The deltas since the last call. */
  takeDeltas(): readonly Delta[] {
    return this.#outlet.take();
  }

  /**
   * Takes what a hook returned for one record.
   *
   * @throws HookError for what the hook may not return; ModelStreamError for an `error` in it.
   */
  take(result: unknown): void {
    this.#taken++;
    if (typeof result === "string") {
      if (result === "") {
        this.progress.isUnderstood = true;
        return;
      }
      this.progress.noteContent(this.progress.isOver);
      this.#emitHeldReasoning();
      this.#outlet.emitText(this.#newParts.ofText(result, this.hook));
      return;
    }
    forEachDelta(result, this.hook, this.#parts.deltaRules.adapt, this.#takeDelta);
  }

  /** Says that what a hook returned for a record holds a part of the answer. */
  hasPartIn(result: unknown): boolean {
    return givesContent(result, this.#parts.deltaRules.adapt);
  }

  /** The provider's error, as whoever found it says it. */
  providerError(said: unknown, cause?: unknown): ModelStreamError {
    const place: ErrorPlace = this.isWhole ? "in place of an answer" : "inside the stream";
    return modelStreamError(said, place, this.#parts.redact, cause);
  }

  /** The text that is held back because it may become a stop sequence. */
  get heldText(): string {
    return this.#outlet.heldText;
  }

  /** Gives what had come besides the text. */
  get partial(): Pick<PartialAnswer, "reasoning" | "usage" | "id"> {
    const { reasoning } = this.#otherContent;
    return { reasoning, usage: this.#usage.total, id: this.#facts.id };
  }

  /**
   * The answer broke off, and another response will go on with it.
   *
   * @param repeated what that one says again.
   * @param isSameCount its token counts include those so far.
   */
  goOn(repeated: RepeatedPart, isSameCount: boolean): void {
    this.#newParts.goOn(repeated, isSameCount);
    this.isWhole = false;
    this.hook = "parseChunk";
    // From a cursor on, the server goes on as if there had been no break.
    if (isSameCount) return;
    // Otherwise what came before says nothing of the answer to another request.
    this.#contentBefore = this.progress.content;
    this.progress.isUnderstood = false;
    this.#usage.startNext();
  }

  /** Gives out what is held back of the text: no more follows that could make a stop sequence of it. */
  emitHeld(): void {
    this.#outlet.emitHeld();
  }

  #emitHeldReasoning(): void {
    const reasoning = this.#otherContent.takeHeldReasoning();
    if (reasoning !== "") this.#outlet.emit({ text: "", reasoning });
  }

  /**
   * The end: judges whether it may be one, then says once how the answer ended and what it cost.
   *
   * @throws TruncatedStreamError where it is none.
   */
  end(records: RecordsEnd): void {
    // All that speaks against the end comes first: the answer may be gone on with, held back text included.
    const toolCalls = this.#endToolCalls(records);
    if (!this.stopped) this.#checkEnd(records);
    if (this.#newParts.isBroken) throw new DifferentContinuation();
    const rest = this.stopped ? undefined : this.#newParts.rest();
    if (rest !== undefined) this.#takeParts(rest, this.progress.isOver);
    this.emitHeld();
    this.#emitHeldReasoning();
    if (toolCalls !== undefined) this.#outlet.emit({ text: "", toolCalls });
    // Where a stop sequence ended the answer here, what the provider said of its longer one does not count.
    const finishReason = this.stopped ? "stop" : this.progress.finishReason;
    const usage = this.#usage.total;
    if (finishReason !== undefined || usage !== undefined) {
      this.#outlet.emit({ text: "", ...definedFields({ finishReason, usage }) });
    } else if (!this.#outlet.isUsed) {
      // An answer that is empty by announcement is an answer: LangChain takes no chunk at all for a failure.
      this.#outlet.emit(new TextDelta(""));
    }
  }

  #endToolCalls({ count }: RecordsEnd): readonly ToolCallPiece[] | undefined {
    // The format's own end marker says nothing of the calls: proxies send it behind a broken answer, too.
    const { announced, finishReason } = this.progress;
    const isFinished = announced || this.stopped;
    return this.#otherContent.end({ isFinished, finishReason, records: count, hook: this.hook });
  }

  #checkEnd(records: RecordsEnd): void {
    const { finishReason } = this.progress;
    if (!this.#newParts.hasText && this.isText) {
      checkToolUse(finishReason ?? records.reason, this.#otherContent.takesCalls, this.hook);
    }
    if (!this.#isAnnounced(records)) this.#checkUnannounced(records);
    if (this.progress.content === 0) checkUnread(records, this.hook, this.#parts.redact);
  }

  #checkUnannounced(records: RecordsEnd): void {
    const { content, isUnderstood, isPromised } = this.progress;
    const { endOfStream } = this.#parts;
    checkUnannounced(records, {
      hasContent: content > this.#contentBefore || this.#isEmptyRest(records),
      isUnderstood,
      isWhole: this.isWhole,
      isPromised:
        endOfStream === "required" ||
        (endOfStream === undefined && (isPromised || records.wire.isOver === false)),
      hook: this.hook,
      redact: this.#parts.redact,
    });
  }

  /** Agents have an end for each step: one holds unless more came that promises another, or came behind each of them. */
  #isAnnounced({ wire: { isOver } }: RecordsEnd): boolean {
    const { announced, isDoubtful } = this.progress;
    return announced && (!isDoubtful || isOver !== false);
  }

  /** This response says that the answer is over, and no more: what broke off lacked nothing but that. */
  #isEmptyRest({ wire: { isOver } }: RecordsEnd): boolean {
    return this.#contentBefore > 0 && this.progress.isUnderstood && isOver === true;
  }

  readonly #takeDelta = (delta: StreamDelta): void => {
    this.#parts.deltaRules.check?.(delta, this.hook);
    if (delta.error && saysError(delta.error)) throw this.providerError(delta.error);
    const wasOver = this.progress.isOver;
    this.progress.takeEnd(delta);
    if (delta.text !== undefined && delta.text !== null) this.progress.isUnderstood = true;
    if (delta.usage) this.#takeUsage(delta.usage);
    if (this.stopped) return;
    const pieces = this.#newParts.ofGrowing(delta, this.#taken - 1, this.hook);
    this.#takeParts(pieces, wasOver);
  };

  #takeParts(given: StreamDelta, wasOver: boolean): void {
    const delta = this.#newParts.ofPieces(given);
    const text = textOf(delta.text);
    // Anything else than text ends a run of text: what was held back cannot become a stop sequence.
    const endsText = hasOtherContent(delta);
    if (endsText) this.emitHeld();
    const news = this.#newFields(delta, endsText);
    const { progress } = this;
    if (endsText || text !== "" || (delta !== given && hasContent(given))) {
      progress.noteContent(wasOver, wasOver && this.#parts.deltaRules.isNote?.(delta));
    } else if (news !== undefined) {
      progress.news++;
    }
    if (news !== undefined && progress.content === 0) this.#outlet.hold(news);
    else if (news === undefined) this.#outlet.emitText(text);
    else this.#outlet.emitParts(text, news, endsText && hasContentBehindText(delta));
  }

  #takeUsage(reported: TokenUsage): void {
    const usage = readUsage(reported, this.hook);
    if (usage === undefined) return;
    const before = this.#usage.current;
    this.#usage.take(usage);
    // Asked for only at the end, where a repetition must not be taken for news.
    const { progress } = this;
    if (progress.announced && !isDeepEqual(this.#usage.current, before)) progress.news++;
  }

  /** Finds what is new in a delta besides its text; `undefined` for nothing. */
  #newFields(delta: StreamDelta, hasOther: boolean): DeltaParts | undefined {
    let news = this.#facts.newIn(delta);
    const isOther = hasOther || this.#otherContent.holdsReasoning;
    if (isOther) news = this.#otherContent.newIn(delta, news, this.#taken, this.hook);
    const logprobs = delta.logprobs && this.#logprobs.take(delta.logprobs, this.hook);
    if (logprobs) (news ??= {}).logprobs = logprobs;
    return news;
  }
}
