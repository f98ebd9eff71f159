import { describe, expect, it } from "vitest";
import { bindCall } from "../../../src/langchain/bind-call.js";
import { DeltaLLM } from "../../helpers/delta-llm.js";

const answer = {
  kind: { operation: "text_completion" as const },
  partial: () => "",
};

describe("bindCall", () => {
  it.each(["headers", "shouldRetry", "parseRecordError"])(
    "refuses a %s that is no method",
    (hook) => {
      const model = new DeltaLLM("http://127.0.0.1");
      const bind = () => bindCall(model, {}, "Hello", {}, answer);
      Reflect.set(model, hook, null);
      expect(bind).not.toThrow();
      Reflect.set(model, hook, { authorization: "secret" });
      expect(bind).toThrow(
        `${hook} is a method, and class DeltaLLM has a value of type object there`,
      );
    },
  );

  it("refuses a setting as a field of the class, unless it says what counts anyway", () => {
    class Careful extends DeltaLLM {
      timeouts = { total: 5_000 };
      endOfStream = "required";
      maxRetries = 2;
    }
    const bind = (fields: object) => () =>
      bindCall(new Careful("http://127.0.0.1"), fields, "Hello", {}, answer);
    expect(bind({})).toThrow(/Careful: timeouts is a setting.*super\(\{ timeouts/);
    expect(bind({ timeouts: { total: 5_000 } })).toThrow(/endOfStream is a setting/);
    const same = { timeouts: { total: 5_000 }, endOfStream: "required" };
    expect(bind(same)).not.toThrow();
  });

  it("gives hooks lists of their own, anew in each attempt and for the rest", () => {
    const model = new DeltaLLM("http://127.0.0.1");
    const stop = ["a"];
    const seen: unknown[] = [];
    const add = (_: unknown, options: { stop?: string[] }) => {
      options.stop?.push("b");
      seen.push(options.stop);
      return {};
    };
    Object.assign(model, {
      buildPayload: add,
      continueFrom: (_: unknown, ...rest: Parameters<typeof add>) => add(...rest),
    });
    const { endpoint, payload, continueFrom } = bindCall(model, {}, "Hello", { stop }, answer);
    const context = {} as never;
    for (const hook of [endpoint, payload, endpoint, payload]) hook(context);
    continueFrom?.({} as never, context);
    expect(seen).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(stop).toEqual(["a"]);
  });

  it("refuses what LangChain's constructor takes, too: as a field, or as if it were a hook", () => {
    class Crowded extends DeltaLLM {
      maxConcurrency = 2;
      onFailedAttempt() {
        throw new Error("given up");
      }
    }
    const model = new Crowded("http://127.0.0.1");
    const bind = (fields: object) => () => bindCall(model, fields, "Hello", {}, answer);
    expect(bind({})).toThrow(/maxConcurrency is a setting.*super\(\{ maxConcurrency/);
    expect(bind({ maxConcurrency: 2 })).toThrow(
      /onFailedAttempt is a setting.*super\(\{ onFailedAttempt: … \}\)\.$/,
    );
    const onFailedAttempt = () => {
      model.onFailedAttempt();
    };
    expect(bind({ maxConcurrency: 2, onFailedAttempt })).not.toThrow();
  });

  it("leaves a list that a hook has put in the place of another, until the next attempt", () => {
    const seen: unknown[] = [];
    class Chooser extends DeltaLLM {
      override resolveEndpoint(options: { stop?: string[] }) {
        options.stop = [...(options.stop ?? []), "b"];
        return this.endpoint;
      }
      override buildPayload(_: string, options: { stop?: string[] }) {
        seen.push(options.stop);
        return {};
      }
    }
    const model = new Chooser("http://127.0.0.1");
    const { endpoint, payload } = bindCall(model, {}, "Hello", { stop: ["a"] }, answer);
    for (const hook of [endpoint, payload, endpoint, payload]) hook({} as never);
    expect(seen).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  it("takes a getter that shows the setting, or that there is none", () => {
    class Shown extends DeltaLLM {
      get maxConcurrency() {
        return this.caller["maxConcurrency"];
      }
    }
    const bind = (fields: object) => () =>
      bindCall(new Shown("http://127.0.0.1"), fields, "Hello", {}, answer);
    expect(bind({})).not.toThrow();
  });

  it("gives hooks a list of the caller's own class, and what stands on a list, as they are", () => {
    class Documents extends Array<string> {
      names() {
        return this.join();
      }
    }
    const documents = Documents.of("a", "b") as Documents;
    const scores = Object.assign([1, 2], { total: 3 });
    let seen: unknown;
    class Reader extends DeltaLLM {
      override buildPayload(_: string, options: object) {
        seen = options;
        return {};
      }
    }
    const options = { documents, scores };
    const { endpoint, payload } = bindCall(
      new Reader("http://127.0.0.1"),
      {},
      "Hello",
      options,
      answer,
    );
    const context = {} as never;
    endpoint?.(context);
    payload(context);
    expect(seen).toMatchObject({ documents, scores });
    expect((seen as typeof options).documents.names()).toBe("a,b");
    expect((seen as typeof options).scores.total).toBe(3);
  });

  it("reads all answers of a model that sets no format by one, which keeps what it learns", () => {
    class Formatless extends DeltaLLM {}
    const model = new Formatless("http://127.0.0.1");
    Reflect.deleteProperty(model, "format");
    // The fields that it was constructed with, by which its copies are known, too.
    const formatOf = (fields: object) => bindCall(model, fields, "Hello", {}, answer).format;
    const [one, other] = [{}, {}];
    expect(formatOf(one).name).toBe("autoFormat");
    expect(formatOf(one)).toBe(formatOf(one));
    expect(formatOf(one)).not.toBe(formatOf(other));
  });
});
