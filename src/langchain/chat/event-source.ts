import type { ChatModelStreamEvent } from "@langchain/core/language_models/event";
import type { AIMessageChunk } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import { AsyncDriver } from "../../streaming/call/async-driver.js";
import { runCall } from "../../streaming/call/run-call.js";
import type { Delta } from "../../streaming/answer/delta.js";
import type { ModelCall } from "../../streaming/call/call.js";
import type { OpenAnswer } from "../reading/answer-iterator.js";
import type { MessageAccumulator } from "./message-accumulator.js";
import { ContentBlockEvents } from "./content-block-events.js";

/** An event, and the chunk that listeners are told of before it. */
interface EventPiece {
  readonly event?: ChatModelStreamEvent;
  readonly chunk?: ChatGenerationChunk;
}

/** A chat call that is ready to be sent, whose answer is told as content-block events. */
export function openEvents<StreamRecord>(
  call: ModelCall<StreamRecord>,
  collector: MessageAccumulator,
  onChunk: ((chunk: ChatGenerationChunk) => Promise<void>) | undefined,
): OpenAnswer<EventPiece, ChatModelStreamEvent> {
  const deltas = new AsyncDriver(runCall(call), call.transport, call.settings.connection);
  const events = new ContentBlockEvents();
  let ended = false;
  const piecesOf = (delta: Delta): EventPiece[] => {
    const chunk = collector.add(delta);
    const pieces = [...events.take(delta, chunk.message as AIMessageChunk)].map(toPiece);
    return [{ chunk }, ...pieces];
  };
  const lastPieces = (): EventPiece[] | undefined => {
    if (ended) return undefined;
    ended = true;
    return [...events.end(collector.message())].map(toPiece);
  };
  return {
    source: {
      next(reader) {
        deltas.next({
          onPieces(batch) {
            let pieces: EventPiece[] | undefined;
            try {
              pieces = batch === undefined ? lastPieces() : batch.flatMap(piecesOf);
            } catch (error) {
              reader.onError(error);
              return;
            }
            reader.onPieces(pieces);
          },
          onError: (error) => {
            reader.onError(error);
          },
        });
      },
      close: (reason) => {
        deltas.close(reason);
      },
      whenInterrupted: (onInterrupted) => {
        deltas.whenInterrupted(onInterrupted);
      },
    },
    take: ({ event }) => event,
    ...(onChunk && {
      async tellAndTake({ event, chunk }: EventPiece) {
        if (chunk !== undefined) await onChunk(chunk);
        return event;
      },
    }),
  };
}

function toPiece(event: ChatModelStreamEvent): EventPiece {
  return { event };
}
