import { Buffer } from "node:buffer";

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";

import * as node from "../../src/runtime/node.js";
import * as web from "../../src/runtime/web.js";
import { budget, CHARACTERS } from "../helpers/properties.js";

const twins: [string, typeof node][] = [
  ["node", node],
  ["web", web],
];

/** Bytes of texts, whole and cut anywhere, and bytes that are no text. */
const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }),
  fc.string({ unit: CHARACTERS, maxLength: 60 }).map((text) => Buffer.from(text)),
  fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => Buffer.from(text)),
);
const someRange = fc
  .tuple(someBytes, fc.nat(80), fc.nat(80))
  .map(([bytes, a, b]): [Uint8Array, number, number] => {
    const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)];
    return [new Uint8Array(bytes), Math.min(start, end), Math.max(start, end)];
  });
const someText = fc.string({ unit: CHARACTERS, maxLength: 300 });

/** Checks that both twins give the same for any input. */
function agree<Input extends [unknown, ...unknown[]]>(
  input: fc.Arbitrary<Input>,
  use: (twin: typeof node, ...input: Input) => unknown,
): void {
  fc.assert(
    fc.property(input, (given) => {
      expect(use(web, ...given)).toEqual(use(node, ...given));
    }),
    budget(),
  );
}

describe("runtime", () => {
  it("has the same names on Node and on the web", () => {
    expect(Object.keys(web).sort()).toEqual(Object.keys(node).sort());
    // And the same types, both ways.
    const others: typeof web = node;
    expect(others).toBe(node);
  });

  it("decodes any range of any bytes alike", () => {
    agree(someRange, ({ utf8Text }, ...range) => utf8Text(...range));
    agree(fc.tuple(someBytes), ({ utf8Text }, bytes) => utf8Text(bytes));
  });

  it.each(twins)("decodes as a whole what is longer than any short text (%s)", (_, twin) => {
    for (const character of ["a", "é", "三", "🦜", "\ufeff"]) {
      for (const count of [0, 1, 15, 16, 17, 1000]) {
        const text = character.repeat(count);
        const bytes = twin.utf8Bytes(text);
        expect(twin.utf8Text(bytes)).toBe(text);
        const isShort = twin === node && (character === "a" || count === 0);
        expect(twin.asciiText(bytes, 0, bytes.length)).toBe(isShort ? text : undefined);
      }
    }
  });

  it("encodes any text alike", () => {
    agree(fc.tuple(someText), ({ utf8Bytes }, text) => [...utf8Bytes(text)]);
    agree(fc.tuple(fc.constant("\ud800 half")), ({ utf8Bytes }, text) => [...utf8Bytes(text)]);
  });

  it("finds bytes alike", () => {
    const few = fc.uint8Array({ max: 2, maxLength: 40 });
    const wanted = fc.uint8Array({ max: 2, minLength: 1, maxLength: 4 });
    agree(fc.tuple(few, fc.nat(3), fc.nat(45)), ({ indexOfByte }, ...input) =>
      indexOfByte(...input),
    );
    agree(fc.tuple(few, wanted, fc.nat(45)), ({ indexOfBytes }, ...input) =>
      indexOfBytes(...input),
    );
  });

  it("joins bytes alike", () => {
    agree(fc.tuple(fc.array(someBytes)), ({ concatBytes }, pieces) => [...concatBytes(pieces)]);
  });

  it.each(twins)("gives new memory of the length that is asked for (%s)", (_, twin) => {
    expect(twin.allocateBytes(0)).toHaveLength(0);
    expect(twin.allocateBytes(1000)).toHaveLength(1000);
    expect(twin.allocateBytes(10).buffer).not.toBe(twin.allocateBytes(10).buffer);
  });

  it("writes and reads base64 alike", () => {
    agree(fc.tuple(someBytes), ({ toBase64 }, bytes) => toBase64(bytes));
    agree(fc.tuple(someBytes), ({ fromBase64, toBase64 }, bytes) => [
      ...fromBase64(toBase64(bytes)),
    ]);
    agree(fc.tuple(someBytes), ({ fromBase64 }, bytes) => [
      ...fromBase64(Buffer.from(bytes).toString("base64url")),
    ]);
    const large = new Uint8Array(100_000).map((_, index) => index);
    expect(web.toBase64(large)).toBe(node.toBase64(large));
    expect([...web.fromBase64("aGVs\n bG8")]).toEqual([...node.fromBase64("aGVs\n bG8")]);
  });

  it("keeps the context in which it was asked for, where somebody keeps contexts", async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    const storage = new AsyncLocalStorage<unknown>();
    for (const [, { currentContext, keepContextsIn }] of twins) {
      keepContextsIn(() => storage);
      const context = storage.run("then", () => currentContext("TEST"));
      const seen = storage.run("now", () =>
        context.runInAsyncScope(
          function (this: string, text: string) {
            return [this, text, storage.getStore()];
          },
          "this",
          "argument",
        ),
      );
      expect(seen).toEqual(["this", "argument", "then"]);
    }
  });

  it("opens channels, to which on the web nobody listens", () => {
    for (const [name, { diagnosticsChannel }] of twins) {
      const channel = diagnosticsChannel<string>(`test:${name}`);
      expect(channel.hasSubscribers).toBe(false);
      channel.publish("nobody hears it");
    }
  });

  it("registers for what is collected, and refers weakly, also where the web cannot", () => {
    const target = {};
    const registered = (): boolean => {
      const { collectionRegistry } = web;
      const registry = collectionRegistry<string>(() => undefined);
      registry.register(target, "held", target);
      return registry.unregister(target);
    };
    for (const [, { weakReference }] of twins) expect(weakReference(target).deref()).toBe(target);
    expect(registered()).toBe(true);
    vi.stubGlobal("FinalizationRegistry", undefined);
    vi.stubGlobal("WeakRef", undefined);
    expect(registered()).toBe(false);
    expect(web.weakReference(target).deref()).toBe(target);
    vi.unstubAllGlobals();
  });
});
