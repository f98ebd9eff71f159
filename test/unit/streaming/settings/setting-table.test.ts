import { describe, expect, it } from "vitest";
import { HttpStreamingLLM, type RequestSettings } from "http-streaming-llm";
import { resolveSettings } from "../../../../src/streaming/settings/resolve-settings.js";
import { SETTINGS, type SettingFacts } from "../../../../src/streaming/settings/setting-table.js";
import { scriptedTransport } from "../../../../src/testing/index.js";

const SECRET = "s3cr3t-of-a-setting";

/** A value of each setting that holds a text which nobody may read. */
const VALUES: Required<{ [Name in keyof RequestSettings]: RequestSettings[Name] }> = {
  timeouts: { connect: 1_234 },
  limits: { maxRecordBytes: 1_234 },
  headers: { authorization: SECRET },
  transport: Object.assign(scriptedTransport([{ body: "x" }]), { key: SECRET }),
  dispatcher: Object.assign({ dispatch: () => true }, { key: SECRET }),
  proxy: `http://user:${SECRET}@proxy.test`,
  tls: { passphrase: SECRET },
  socketPath: "/socket",
  allowH2: true,
  endOfStream: "optional",
  endGraceMs: 1_234,
  enforceStop: false,
  streaming: false,
  redirect: "error",
  maxRetries: 0,
  rateLimitGate: false,
};

class Model extends HttpStreamingLLM {
  _llmType() {
    return "settings";
  }
  endpoint = "http://models.test/";
  buildPayload(prompt: string) {
    return { prompt };
  }
  parseChunk() {
    return "x";
  }
}

const rows = Object.entries(SETTINGS) as [keyof RequestSettings, SettingFacts][];

describe("SETTINGS", () => {
  // Headers are merged with those of the hook: see langchain/hooks.ts.
  it.each(rows.filter(([name]) => name !== "headers"))(
    "%s reaches the call, from the constructor and from the call's options",
    (name) => {
      const plain = JSON.stringify(resolveSettings({}, {}));
      const shown = (settings: object) =>
        JSON.stringify(settings, (_, value: unknown) => (typeof value === "function" ? "" : value));
      const value = { [name]: VALUES[name] };
      expect(shown(resolveSettings(value, {}))).not.toBe(plain);
      expect(shown(resolveSettings({}, value))).toBe(shown(resolveSettings(value, {})));
    },
  );

  it.each(rows)("%s gives no credential away", async (name, { isSecret }) => {
    const model = new Model({ [name]: VALUES[name] });
    const traced: unknown[] = [];
    const caller = new Model({ transport: scriptedTransport(() => ({ body: "x" })) });
    const options = {
      ...(name === "transport" ? {} : { [name]: VALUES[name] }),
      transport: VALUES.transport,
      callbacks: [
        {
          handleLLMStart: (...given: unknown[]) => {
            traced.push(given);
          },
        },
      ],
    };
    await caller.invoke("x", options).catch(() => undefined);
    const texts = [model, model.lc_kwargs, traced].map((each) => JSON.stringify(each));
    expect(traced).toHaveLength(1);
    for (const text of texts) expect(text).not.toContain(SECRET);
    if (isSecret) expect(Object.keys(model.lc_kwargs)).not.toContain(name);
  });

  it.each(rows)(
    "%s counts for the cache exactly where it changes the answer",
    async (name, facts) => {
      const keys: string[] = [];
      const cache = {
        lookup: async (_prompt: string, key: string) => {
          keys.push(key);
          return [{ text: "cached" }];
        },
        update: async () => undefined,
      };
      const model = new Model({ cache: cache as never });
      await model.invoke("x");
      await model.invoke("x", { [name]: VALUES[name] });
      expect(keys).toHaveLength(2);
      expect(keys[0] === keys[1]).toBe(!facts.identifies);
    },
  );
});
