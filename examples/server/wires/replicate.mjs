// @ts-check
/**
 * Replicate's `/v1/models/{owner}/{name}/predictions`: a job, whose answer is to be had elsewhere, as a stream of
 * events with the text as their data.
 * @see https://replicate.com/docs/topics/predictions/streaming
 */
import { randomUUID } from "node:crypto";
import { InvalidQuestion } from "../answer.mjs";

/** What was asked for, by the job's id, and how often it was asked about. @type {Map<string, { input: any, polls: number }>} */
const jobs = new Map();

/** A job is done when it is asked about for the third time. */
const POLLS = 3;

/** @type {import("./wire.js").Service[]} */
export const replicateServices = [
  {
    path: /^\/v1\/models\/[^/]+\/[^/]+\/predictions$/,
    status: 201,
    reply: ({ input }, { headers }) => {
      if (!headers.authorization?.startsWith("Bearer ")) {
        throw new InvalidQuestion("who are you?", 401);
      }
      if (typeof input?.prompt !== "string") {
        throw new InvalidQuestion("input: prompt is required", 422);
      }
      const id = randomUUID();
      jobs.set(id, { input, polls: 0 });
      return { status: "starting", ...prediction(id, headers), output: null };
    },
  },
  {
    path: /^\/v1\/predictions\/[^/]+$/,
    reply: (_, { url = "", headers }, ask) => {
      const { id, job } = jobAt(url);
      const isDone = ++job.polls === POLLS;
      const told = { status: isDone ? "succeeded" : "processing", ...prediction(id, headers) };
      return { ...told, output: isDone ? ask(questionOf(job)) : null };
    },
  },
  {
    path: /^\/v1\/predictions\/[^/]+\/cancel$/,
    reply: (_, { url = "" }) => {
      const { id } = jobAt(url);
      jobs.delete(id);
      return { id, status: "canceled" };
    },
  },
];

/** @param {string} id @param {import("node:http").IncomingHttpHeaders} headers */
function prediction(id, { host = "" }) {
  const origin = `http://${host}/v1`;
  const urls = {
    get: `${origin}/predictions/${id}`,
    cancel: `${origin}/predictions/${id}/cancel`,
    stream: `${origin}/stream?prediction=${id}`,
  };
  return { id, error: null, urls };
}

/** @param {string} url */
function jobAt(url) {
  const [, , , id = ""] = url.split("/");
  return { id, job: jobOf(id) };
}

/** @param {string | null} id */
function jobOf(id) {
  const job = jobs.get(id ?? "");
  if (job === undefined) throw new InvalidQuestion("there is no such prediction", 404);
  return job;
}

/** @param {{ input: any }} job */
const questionOf = ({ input: { prompt, max_new_tokens: maxTokens, seed } }) => ({
  prompt,
  maxTokens,
  seed,
});

/** @type {import("./wire.js").Wire} */
export const replicateStream = {
  path: "/v1/stream",
  method: "GET",
  read: (_, url) => questionOf(jobOf(url.searchParams.get("prediction"))),
  write: () => ({
    contentType: "text/event-stream; charset=utf-8",
    token: (text, number) => event("output", text, number),
    end: () => event("done", "{}", 0),
  }),
  error: (detail) => ({ detail }),
};

/** @param {string} name @param {string} data @param {number} id */
const event = (name, data, id) => `event: ${name}\nid: ${id}\n${data.replace(/^/gm, "data: ")}\n\n`;
