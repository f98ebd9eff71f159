/**
 * The end of an answer as its records tell it, for hooks that do not read that.
 *
 * | a record | says | where it counts |
 * | --- | --- | --- |
 * | has a finish reason, a flag that is true, the name of an end, or is the word `[DONE]` | the end | everywhere |
 * | has such a reason that is null, such a flag that is false | more will come | where it is a piece of the answer, or stands behind one and has no name of its own, as a step, a tool or a status has |
 * | has the name by which a protocol begins an answer, which it ends by another | more will come | everywhere |
 *
 * An end holds until the answer goes on and says again that more will come: agents have one for each step.
 */
import { hasFields } from "../../formats/fields.js";
import { awaitsReason, findWithin, isNoReason, reasonOf } from "./finish-reason.js";
import { isBeginName, isEndFlag, isLastName } from "./record-names.js";
import { isCalled } from "./wire-record.js";

type Fields = Readonly<Record<string, unknown>>;

/** Hears what records say of the end of their answer: one that was promised and did not come is a cut. */
export class WireEnd {
  #isPromised = false;
  #isAnnounced = false;
  /** The number of pieces of the answer that had come before its end was announced. */
  #piecesAtEnd = 0;
  /** More was promised after that. */
  #isReopened = false;

  /** `true`: a record said that the answer is complete; `false`: one said that more would come, and none that. */
  get isOver(): boolean | undefined {
    return this.#isAnnounced || (this.#isPromised ? false : undefined);
  }

  /**
   * Takes a record of which nothing came.
   *
   * @param value the record, or the JSON in it.
   * @param name that of its event.
   * @param pieces the number of pieces of the answer that have come.
   */
  takeSilent(value: unknown, name: unknown, pieces: number): void {
    if (isCalled(value, name, isBeginName)) this.#promise();
    else if (isCalled(value, name, isLastName)) this.#announce(pieces);
    // Much reasoning may come before the answer: there only names count.
    else if (pieces > 0) this.#takeFields(value, name, pieces);
  }

  /** Takes the last record of which a piece of the answer came; of one that is the piece itself, only the name. */
  takeLast(value: unknown, name: unknown, pieces: number): void {
    if (isCalled(value, name, isLastName) || isEnd(value)) this.#announce(pieces);
    else if (saysMore(value)) this.#promise();
    if (this.#isReopened && pieces > this.#piecesAtEnd) this.#isAnnounced = false;
  }

  #takeFields(value: unknown, name: unknown, pieces: number): void {
    if (isEnd(value)) this.#announce(pieces);
    else this.#isPromised ||= !isCalled(value, name, isOwnName) && saysMore(value);
  }

  #announce(pieces: number): void {
    this.#isAnnounced = true;
    this.#piecesAtEnd = pieces;
    this.#isReopened = false;
  }

  #promise(): void {
    this.#isPromised = true;
    this.#isReopened = true;
  }
}

function isEnd(value: unknown): boolean {
  return isLastName(value) || findWithin(value, endIn) === true;
}

function saysMore(value: unknown): boolean {
  return findWithin(value, moreIn) === true;
}

/** Says that an event or a record has a name of its own, not the one that any has. */
function isOwnName(name: unknown): boolean {
  return typeof name === "string" && name !== "" && name !== "message";
}

/** Says that the fields tell of the end; `undefined` lets {@link findWithin} look further. */
function endIn(fields: Fields): true | undefined {
  const reason = reasonOf(fields);
  if (typeof reason === "string" && reason !== "" && !isNoReason(reason)) return true;
  for (const name in fields) if (fields[name] === true && isEndFlag(name)) return true;
  return isWholeText(fields) || isTotal(fields) ? true : undefined;
}

/** Says that the fields tell of more to come. */
function moreIn(fields: Fields): true | undefined {
  if (awaitsReason(fields)) return true;
  for (const name in fields) if (fields[name] === false && isEndFlag(name)) return true;
  return fields.generated_text === null ? true : undefined;
}

/** The whole text, which stands beside the last token (TGI, LightLLM); elsewhere the field is a piece. */
function isWholeText({ generated_text: text, token }: Fields): boolean {
  return typeof text === "string" && hasFields(token);
}

/** The usage of a whole request, which OpenAI sends where the stream was not interrupted. Some gateways end with it. */
function isTotal({ choices, usage }: Fields): boolean {
  return (
    Array.isArray(choices) &&
    choices.length === 0 &&
    hasFields(usage) &&
    Object.values(usage).some((count) => Number(count) > 0)
  );
}
