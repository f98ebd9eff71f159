/**
 * The routes of LangServe for a runnable, as an app of Hono's:
 *
 *     const app = new Hono().route("/joke", langserve(chain));
 *     serve(app);
 *
 * `signal: request.signal` goes to the runnable, so that a client who leaves also ends the request to the model.
 * What goes wrong is told to clients without its words, which may name what is behind the server.
 * @see https://github.com/langchain-ai/langserve
 */
import { readFileSync } from "node:fs";
import type { Runnable } from "@langchain/core/runnables";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { BadRequest, readBatch, readCall, readFilter, type Asked } from "./call.js";
import { eventBody, eventText } from "./events.js";
import { configSchema, inputSchema, outputSchema, type Schema } from "./schemas.js";
import { toJson, toWholeJson } from "./values.js";

export interface LangServeOptions {
  /**
   * The call options that a client may send in `kwargs`. Default: `["stop"]`. Think twice: some call options of a
   * model say where its requests go, and what is sent with them.
   */
  readonly kwargs?: readonly string[];
  /** Default: what is known of the runnable. */
  readonly inputSchema?: Schema;
  readonly outputSchema?: Schema;
  /** How long a stream is silent before a comment is sent, in ms. Default: 15 000. */
  readonly pingMs?: number;
  /** The longest request in bytes. Default: 4 MiB. */
  readonly maxRequestBytes?: number;
  /** Hears of what goes wrong. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

const INTERNAL = "Internal Server Error";
const PLAYGROUND = readFileSync(new URL("./playground.html", import.meta.url), "utf8");

/** Serves a runnable: a model, a chain, an agent. */
export function langserve(runnable: Runnable<never>, options: LangServeOptions = {}): Hono {
  const { kwargs = ["stop"], pingMs = 15_000, onError = console.error } = options;
  const maxSize = options.maxRequestBytes ?? 4 * 1024 * 1024;
  const app = new Hono();

  app.use(
    bodyLimit({ maxSize, onError: () => refuse(new BadRequest(413, "The body is too long.")) }),
  );
  app.onError((error, context) => {
    if (error instanceof BadRequest) return refuse(error);
    if (!context.req.raw.signal.aborted) onError(error);
    return Response.json({ detail: INTERNAL, message: INTERNAL }, { status: 500 });
  });

  const asked = async (context: Context, ...more: string[]): Promise<Asked> => ({
    body: await readBody(context),
    pathConfig: context.req.param("config"),
    signal: context.req.raw.signal,
    kwargs: [...kwargs, ...more],
  });

  /** An answer in events; what is wrong with the request is said before it begins. */
  const stream = (
    signal: AbortSignal,
    runId: string,
    items: () => Promise<AsyncIterable<unknown>>,
  ) => {
    async function* events() {
      // The runnable is asked when somebody reads.
      yield eventText("metadata", { run_id: runId });
      try {
        for await (const item of await items()) yield eventText("data", item);
        yield eventText("end");
      } catch (error) {
        if (!signal.aborted) onError(error);
        yield eventText("error", { status_code: 500, message: INTERNAL });
      }
    }
    return new Response(eventBody(events(), pingMs), {
      headers: {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      },
    });
  };

  for (const prefix of ["", "/c/:config"]) {
    app.post(`${prefix}/invoke`, async (context) => {
      const { input, config } = readCall(await asked(context));
      const output = toWholeJson(await runnable.invoke(input as never, config));
      const metadata = { run_id: config.runId, feedback_tokens: [] };
      return context.json({ output, metadata } as object);
    });

    app.post(`${prefix}/batch`, async (context) => {
      const { inputs, configs } = readBatch(await asked(context));
      const output = toWholeJson(await runnable.batch(inputs as never[], configs));
      const run_ids = configs.map(({ runId }) => runId);
      const responses = run_ids.map((run_id) => ({ run_id, feedback_tokens: [] }));
      return context.json({ output, metadata: { run_ids, responses } } as object);
    });

    app.post(`${prefix}/stream`, async (context) => {
      const { input, config } = readCall(await asked(context));
      return stream(config.signal, config.runId, async () =>
        map(await runnable.stream(input as never, config), toJson),
      );
    });

    app.post(`${prefix}/stream_log`, async (context) => {
      const request = await asked(context);
      const { input, config } = readCall(request);
      const filter = readFilter(request.body);
      return stream(config.signal, config.runId, async () =>
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- the route is for those who use it still
        map(runnable.streamLog(input as never, config, filter), ({ ops }) => toJson({ ops })),
      );
    });

    app.post(`${prefix}/stream_events`, async (context) => {
      // The one call option that every client of this route sends.
      const request = await asked(context, "version");
      const { input, config } = readCall(request);
      const filter = readFilter(request.body);
      const version = config.version === "v1" ? "v1" : "v2";
      return stream(config.signal, config.runId, async () =>
        map(runnable.streamEvents(input as never, { ...config, version }, filter), eventJson),
      );
    });

    const schemas = {
      input: options.inputSchema ?? inputSchema(runnable),
      output: options.outputSchema ?? outputSchema(runnable),
      config: configSchema(runnable),
    };
    for (const [name, schema] of Object.entries(schemas)) {
      app.get(`${prefix}/${name}_schema`, (context) => context.json(schema));
    }

    for (const path of ["/playground", "/playground/"]) {
      app.get(prefix + path, (context) => context.html(PLAYGROUND));
    }
  }
  return app;
}

/** LangChain.js's client looks for `message`, Python's shows the whole body. */
function refuse({ status, message }: BadRequest): Response {
  return Response.json({ detail: message, message }, { status });
}

async function readBody(context: Context): Promise<Asked["body"]> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (typeof body === "object" && body !== null && !Array.isArray(body))
    return body as Asked["body"];
  throw new BadRequest(422, "The body is not a JSON object.");
}

async function* map<From>(items: AsyncIterable<From>, to: (item: From) => unknown) {
  for await (const item of items) yield to(item);
}

/** An event in LangServe's words. What a run gave at its end is whole. */
function eventJson(event: { event: string; data: { output?: unknown } }): unknown {
  const { data, ...rest } = event;
  const { output, ...others } = data;
  const ended = output === undefined ? {} : { output: toWholeJson(output) };
  return {
    parent_ids: [],
    ...(toJson(rest) as object),
    data: { ...(toJson(others) as object), ...ended },
  };
}
