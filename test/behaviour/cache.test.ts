import { inspect } from "node:util";
import { BaseCache, InMemoryCache } from "@langchain/core/caches";
import type { Generation } from "@langchain/core/outputs";
import { describe, expect, it } from "vitest";
import { useScriptedServer } from "../helpers/scripted-server.js";
import { drain, events, Recorder, rejection, serve, stalling } from "../helpers/delta-llm.js";
import {
  chatClass,
  llmClass,
  type ExitChat,
  type ExitModel,
  type Options,
} from "../helpers/exit-models.js";

const server = useScriptedServer();

const answer = events("a", "b", { done: true, usage: { inputTokens: 3, outputTokens: 2 } });

describe.each([llmClass, chatClass])("the cache of $name", ({ create, paths }) => {
  const path = (name: string) => paths.find((some) => some.name === name)!;
  const stream = (model: ExitModel, options?: Options) => path("stream").call(model, options);
  const invoke = (model: ExitModel, options?: Options) => path("invoke").call(model, options);
  const requests = async (id: string) => (await server.log(id)).length;

  it.each([
    ["stream, then stream", stream, stream],
    ["stream, then invoke", stream, invoke],
    ["invoke, then stream", invoke, stream],
    ["invoke, then invoke", invoke, invoke],
  ])("answers the second of: %s", async (_, first, second) => {
    const { url, id } = serve(server, answer);
    const model = create(url, { cache: new InMemoryCache(new Map()) });
    expect(await first(model)).toBe("ab");
    expect(await second(model)).toBe("ab");
    expect(await requests(id)).toBe(1);
  });

  it("keeps answers apart that were asked with other stop sequences", async () => {
    const { url, id } = serve(server, answer);
    const model = create(url, { cache: new InMemoryCache(new Map()) });
    expect(await stream(model)).toBe("ab");
    expect(await stream(model, { stop: ["b"] })).toBe("a");
    expect(await invoke(model, { stop: ["b"] })).toBe("a");
    expect(await requests(id)).toBe(2);
  });

  it("keeps answers apart of models that differ in a field of their own, and no others", async () => {
    const { url, id } = serve(server, answer);
    const cache = new InMemoryCache(new Map());
    const asked = async (own: object, expected: number) => {
      const model = Object.assign(create(url, { cache }), own);
      expect([await stream(model), await invoke(model)]).toEqual(["ab", "ab"]);
      expect(await requests(id), JSON.stringify(own)).toBe(expected);
    };
    await asked({ model: "small" }, 1);
    await asked({ model: "large" }, 2);
    await asked({ sampling: { temperature: 0 } }, 3);
    await asked({ sampling: { temperature: 1 } }, 4);
    await asked({ sampling: { temperature: 0 } }, 4);
    await asked({ model: "small", apiKey: "k-2", tags: ["x"], clock: () => 0 }, 4);
    await asked({ allowed: new Set(["a"]) }, 5);
    await asked({ allowed: new Set(["b"]) }, 6);
    await asked({ asOf: new Date(1) }, 7);
    await asked({ asOf: new Date(2) }, 8);
    await asked({ asOf: new Date(1) }, 8);
  });

  it("keeps answers apart of two classes that share a name for their kind", async () => {
    const { url, id } = serve(server, answer);
    const cache = new InMemoryCache(new Map());
    const asked = async (model: ExitModel, expected: number) => {
      expect([await stream(model), await invoke(model)]).toEqual(["ab", "ab"]);
      expect(await requests(id)).toBe(expected);
    };
    const Base = create(url).constructor as new (url: string, fields: object) => ExitChat;
    const Terse = class Model extends Base {
      override buildPayload() {
        return { style: "terse" };
      }
    };
    const French = class Model extends Base {
      override buildPayload() {
        return { style: "french" };
      }
    };
    await asked(new Terse(url, { cache }), 1);
    await asked(new French(url, { cache }), 2);
    await asked(new Terse(url, { cache }), 2);
  });

  it("keeps answers apart by what JSON loses of a call option, and knows them again", async () => {
    const { url, id } = serve(server, answer);
    const model = create(url, { cache: new InMemoryCache(new Map()) });
    const values = [
      () => new Set(["a"]),
      () => new Set(["b"]),
      () => new Map([["a", 1]]),
      () => new Map([["a", 2]]),
      () => /a/,
      () => /a/i,
      () => NaN,
      () => Infinity,
      () => null,
      () => 5n,
      () => 5,
    ];
    for (const [at, value] of values.entries()) {
      for (const ask of [stream, invoke]) {
        expect(await ask(model, { own: value() } as Options)).toBe("ab");
        expect(await requests(id), inspect(value())).toBe(at + 1);
      }
    }
  });

  it("does not tell calls apart by how they travel", async () => {
    const { url, id } = serve(server, answer);
    const model = create(url, { cache: new InMemoryCache(new Map()) });
    const { signal } = new AbortController();
    await stream(model, { headers: { "x-trace": "1" }, timeouts: { idle: 9000 }, signal });
    expect(await stream(model, { headers: { "x-trace": "2" }, maxRetries: 1 })).toBe("ab");
    expect(await requests(id)).toBe(1);
  });

  it("tells callbacks of a replay once: one token, one end", async () => {
    const { url } = serve(server, answer);
    const model = create(url, { cache: new InMemoryCache(new Map()) });
    await stream(model);
    const recorder = new Recorder();
    expect(await stream(model, { callbacks: [recorder] })).toBe("ab");
    await recorder.terminal();
    expect(recorder.heard).toEqual(["start", "token ab", "end"]);
  });

  it("gets nothing of an answer that failed, was aborted, or was left", async () => {
    const cache = new Spy();
    const failures: [
      string,
      (model: ExitModel) => Promise<unknown>,
      Parameters<typeof serve>[1],
    ][] = [
      ["failed", (model) => rejection(stream(model)), { ...events("a"), end: "destroy" }],
      [
        "unannounced",
        (model) => rejection(stream(model, { endOfStream: "required" })),
        events("a", "b"),
      ],
      [
        "aborted",
        async (model) => {
          const controller = new AbortController();
          const { error } = await drain<unknown>(async () => {
            const tokens = await model.stream("Why?", { signal: controller.signal });
            controller.abort();
            return tokens as AsyncIterable<unknown>;
          });
          expect(error).toMatchObject({ name: "AbortError" });
        },
        stalling("a"),
      ],
      ["left", async (model) => path("stream").call(model, {}, () => "leave"), stalling("a")],
      ["failed in invoke", (model) => rejection(invoke(model)), { ...events("a"), end: "destroy" }],
    ];
    for (const [name, fail, script] of failures) {
      await fail(create(serve(server, script).url, { cache, maxRetries: 0 }));
      expect(cache.updates, name).toEqual([]);
    }
    await stream(create(serve(server, answer).url, { cache }));
    expect(cache.updates).toHaveLength(1);
  });
});

/** A cache that is always empty, and says what it was to keep. */
class Spy extends BaseCache {
  readonly updates: unknown[] = [];
  async lookup() {
    return null;
  }
  async update(...args: [string, string, Generation[]]) {
    this.updates.push(args);
  }
}
