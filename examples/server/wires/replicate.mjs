// @ts-check
/**
 * Replicate's `/v1/models/{owner}/{name}/predictions`: a job, whose answer is to be had elsewhere, as a stream of
 * events with the text as their data.
 * @see https://replicate.com/docs/topics/predictions/streaming
 */
import { randomUUID } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";

/** What was asked for, by the job's id. @type {Map<string, any>} */
const jobs = new Map();

/** @type {import("./wire.js").Service} */
export const replicatePredictions = {
  path: /^\/v1\/models\/[^/]+\/[^/]+\/predictions$/,
  status: 201,
  reply: ({ input }, { headers }) => {
    if (!headers.authorization?.startsWith("Bearer "))
      throw new InvalidQuestion("who are you?", 401);
    if (typeof input?.prompt !== "string")
      throw new InvalidQuestion("input: prompt is required", 422);
    const id = randomUUID();
    jobs.set(id, input);
    const origin = `http://${headers.host}/v1`;
    const urls = {
      get: `${origin}/predictions/${id}`,
      cancel: `${origin}/predictions/${id}/cancel`,
      stream: `${origin}/stream?prediction=${id}`,
    };
    return { id, status: "starting", output: null, error: null, urls };
  },
};

/** @type {import("./wire.js").Service} */
export const replicateCancel = {
  path: /^\/v1\/predictions\/[^/]+\/cancel$/,
  reply: (_, { url = "" }) => {
    const [, , , id = ""] = url.split("/");
    if (!jobs.delete(id)) throw new InvalidQuestion("there is no such prediction", 404);
    return { id, status: "canceled" };
  },
};

/** @type {import("./wire.js").Wire} */
export const replicateStream = {
  path: "/v1/stream",
  method: "GET",
  read: (_, url) => {
    const job = jobs.get(url.searchParams.get("prediction") ?? "");
    if (job === undefined) throw new InvalidQuestion("there is no such prediction", 404);
    return { prompt: job.prompt, maxTokens: job.max_new_tokens, seed: job.seed };
  },
  write: () => ({
    contentType: "text/event-stream; charset=utf-8",
    token: (text, number) => event("output", text, number),
    end: () => event("done", "{}", 0),
  }),
  error: (detail) => ({ detail }),
};

/** @param {string} name @param {string} data @param {number} id */
const event = (name, data, id) => `event: ${name}\nid: ${id}\n${data.replace(/^/gm, "data: ")}\n\n`;
