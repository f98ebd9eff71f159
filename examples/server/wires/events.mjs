// @ts-check
/**
 * Server-sent events with ids: a client whose connection broke off sends its request again, with the id of
 * the last event it has as `Last-Event-ID`, and gets what came after it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-last-event-id-header
 * @type {import("./wire.js").Wire}
 */
export const events = {
  path: "/events",
  read: ({ prompt, max_tokens, stop, seed }) => ({ prompt, maxTokens: max_tokens, stop, seed }),
  after: (headers) => Number(headers["last-event-id"] ?? 0),
  write: () => ({
    contentType: "text/event-stream; charset=utf-8",
    token: (text, number) => event(number, "token", { text }),
    end: ({ promptTokens, outputTokens, finishReason }) =>
      event(outputTokens + 1, "end", { finishReason, promptTokens, outputTokens }),
  }),
  error: (message) => ({ error: message }),
};

/** @param {number} id @param {string} name @param {object} data */
const event = (id, name, data) => `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
