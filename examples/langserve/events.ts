/** LangServe's server-sent events: `metadata`, `data`, `error` and `end`, and comments while there is nothing to say. */

export type EventName = "metadata" | "data" | "error" | "end";

/** What ends a line for some reader though it may stand in JSON: for Python's httpx, for example. */
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** The text of one event. An `end` has no data. */
export function eventText(name: EventName, data?: unknown): string {
  if (data === undefined) return `event: ${name}\r\n\r\n`;
  const json = JSON.stringify(data).replace(LINE_ENDS, escaped);
  return `event: ${name}\r\ndata: ${json}\r\n\r\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * A body that asks for an event when its reader has room for one, so that a slow reader slows the model down. When
 * none has come for `pingMs`, a comment keeps proxies from giving up the connection.
 */
export function eventBody(
  events: AsyncGenerator<string>,
  pingMs: number,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: Promise<IteratorResult<string>> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        next ??= events.next();
        const result = await within(pingMs, next);
        if (result === undefined) {
          controller.enqueue(encoder.encode(": ping\r\n\r\n"));
          return;
        }
        next = undefined;
        if (result.done) controller.close();
        else controller.enqueue(encoder.encode(result.value));
      },
      async cancel() {
        await events.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What a promise gives, or `undefined` when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
