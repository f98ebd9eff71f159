import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import { AsyncDriver } from "../../streaming/drivers/async-driver.js";
import { runCall } from "../../streaming/run/run-call.js";
import type { Delta } from "../../streaming/delta/delta.js";
import type { ModelCall } from "../../streaming/model-call.js";
import type { PieceReader, PieceSource } from "../../streaming/drivers/pieces.js";
import type { AnswerAccumulator } from "../answer-kind.js";
import type { PreparedCall } from "../model-runner.js";
import type { OpenAnswer } from "../reading/answer.js";
import { iterate, type Cancellation } from "../reading/chunk-stream.js";
import type { RunManager } from "../runs/run.js";
import { tokenCallback, type TokenCallback } from "../runs/token-callback.js";
import { tracedStream } from "../runs/traced-stream.js";
import { ContentBlockEvents } from "./content-block-events.js";

type ChatAnswer = Pick<AnswerAccumulator<ChatGenerationChunk, AIMessageChunk>, "add" | "message">;

/** A call of a chat model. */
interface ChatCall extends Cancellation {
  readonly answer: ChatAnswer;
  bind(): ModelCall<unknown>;
}

/** The answer of a call as content-block events, inside a run of LangChain's. */
export function answerEvents(
  call: ChatCall,
  manager: RunManager,
): AsyncGenerator<ChatModelStreamEvent> {
  return iterate(call, () => openEvents(call, tokenCallback(manager)));
}

/** The answer of a call as content-block events, with a run of its own. */
export function tracedEvents({
  call,
  traced,
}: PreparedCall<ChatCall, unknown, unknown>): AsyncGenerator<ChatModelStreamEvent> {
  // Without the cache, which holds messages, not the events that made them.
  return tracedStream(traced, (manager) => openEvents(call, tokenCallback(manager)));
}

/** An event, and the chunk that handlers are notified of before it. */
interface EventPiece {
  readonly event?: ChatModelStreamEvent;
  readonly chunk?: ChatGenerationChunk;
}

function openEvents(
  call: ChatCall,
  callback: TokenCallback<ChatGenerationChunk> | undefined,
): OpenAnswer<EventPiece, ChatModelStreamEvent> {
  return {
    source: new EventSource(call.bind(), call.answer),
    take: ({ event }) => event,
    ...(callback && {
      async deliver({ event, chunk }: EventPiece) {
        if (chunk !== undefined) await callback(chunk);
        return event;
      },
    }),
  };
}

/** Makes the events of a call's deltas, batch by batch. */
class EventSource implements PieceSource<EventPiece>, PieceReader<Delta> {
  readonly #answer: ChatAnswer;
  readonly #deltas: AsyncDriver;
  readonly #events = new ContentBlockEvents();
  #reader: PieceReader<EventPiece> | undefined;
  #ended = false;

  constructor(call: ModelCall<unknown>, answer: ChatAnswer) {
    this.#answer = answer;
    this.#deltas = new AsyncDriver(runCall(call), call.transport, call.settings.connection);
  }

  next(reader: PieceReader<EventPiece>): void {
    this.#reader = reader;
    this.#deltas.next(this);
  }

  close(reason: Error): void {
    this.#deltas.close(reason);
  }

  whenInterrupted(onInterrupted: (error: unknown) => void): void {
    this.#deltas.whenInterrupted(onInterrupted);
  }

  onPieces(deltas: readonly Delta[] | undefined): void {
    let pieces: EventPiece[] | undefined;
    try {
      pieces = deltas === undefined ? this.#lastPieces() : deltas.flatMap(this.#piecesOf, this);
    } catch (error) {
      this.#reader?.onError(error);
      return;
    }
    this.#reader?.onPieces(pieces);
  }

  onError(error: unknown): void {
    this.#reader?.onError(error);
  }

  #piecesOf(delta: Delta): EventPiece[] {
    const chunk = this.#answer.add(delta);
    const events = this.#events.take(delta, chunk.message as AIMessageChunk);
    return [{ chunk }, ...[...events].map(toPiece)];
  }

  #lastPieces(): EventPiece[] | undefined {
    if (this.#ended) return undefined;
    this.#ended = true;
    return [...this.#events.end(this.#answer.message())].map(toPiece);
  }
}

function toPiece(event: ChatModelStreamEvent): EventPiece {
  return { event };
}
