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
import { awaitedReason, findWithin, givenReason } from "./finish-reason.js";
import { isBeginName, isEndFlag, isLastName } from "./record-names.js";
import { isCalled, nameLike } from "./wire-record.js";

type Fields = Readonly<Record<string, unknown>>;

/** Hears what records say of the end of their answer: one that was promised and did not come is a cut. */
export class WireEnd {
  /** The words that promised an end first, as an error shows them. */
  promise: string | undefined;
  #isAnnounced = false;
  /** The number of pieces of the answer that had come before its end was announced. */
  #piecesAtEnd = 0;
  /** More was promised after that. */
  #isReopened = false;

  /** `true`: a record said that the answer is complete; `false`: one said that more would come, and none that. */
  get isOver(): boolean | undefined {
    return this.#isAnnounced || (this.promise === undefined ? undefined : false);
  }

  /**
   * Takes a record of which nothing came.
   *
   * @param value the record, or the JSON in it.
   * @param name that of its event.
   * @param pieces the number of pieces of the answer that have come.
   */
  takeSilent(value: unknown, name: unknown, pieces: number): void {
    const begin = nameLike(value, name, isBeginName);
    if (begin !== undefined) this.#reopen(begin);
    else if (isCalled(value, name, isLastName)) this.#announce(pieces);
    // Much reasoning may come before the answer: there only names count.
    else if (pieces > 0) this.#takeFields(value, name, pieces);
  }

  /** Takes the last record of which a piece of the answer came; of one that is the piece itself, only the name. */
  takeLast(value: unknown, name: unknown, pieces: number): void {
    if (isCalled(value, name, isLastName) || isEnd(value)) this.#announce(pieces);
    else this.#reopen(moreOf(value));
    if (this.#isReopened && pieces > this.#piecesAtEnd) this.#isAnnounced = false;
  }

  #takeFields(value: unknown, name: unknown, pieces: number): void {
    if (isEnd(value)) this.#announce(pieces);
    else if (!isCalled(value, name, isOwnName)) this.promise ??= moreOf(value);
  }

  #announce(pieces: number): void {
    this.#isAnnounced = true;
    this.#piecesAtEnd = pieces;
    this.#isReopened = false;
  }

  #reopen(promise: string | undefined): void {
    if (promise === undefined) return;
    this.promise ??= promise;
    this.#isReopened = true;
  }
}

function isEnd(value: unknown): boolean {
  return isLastName(value) || findWithin(value, endIn) === true;
}

/** The words by which a value tells of more to come, as an error shows them. */
function moreOf(value: unknown): string | undefined {
  return findWithin(value, moreIn);
}

/** Says that an event or a record has a name of its own, not the one that any has. */
function isOwnName(name: unknown): boolean {
  return typeof name === "string" && name !== "" && name !== "message";
}

/** Says that the fields tell of the end; `undefined` lets {@link findWithin} look further. */
function endIn(fields: Fields): true | undefined {
  const said = givenReason(fields) ?? flagIn(fields, true);
  return said !== undefined || isWholeText(fields) || isTotal(fields) ? true : undefined;
}

/** The field that tells of more to come, with its value. */
function moreIn(fields: Fields): string | undefined {
  const text = fields.generated_text === null ? "generated_text: null" : undefined;
  return awaitedReason(fields) ?? flagIn(fields, false) ?? text;
}

/** The flag of the end that is set, or the one that is not yet, with its value. */
function flagIn(fields: Fields, isSet: boolean): string | undefined {
  const name = Object.keys(fields).find((field) => fields[field] === isSet && isEndFlag(field));
  return name && `${name}: ${isSet}`;
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
