import { describe, expect, it } from "vitest";
import { HookError } from "../../../../src/errors.js";
import { resolveSettings } from "../../../../src/streaming/settings/resolve-settings.js";
import type { RequestSettings } from "../../../../src/streaming/settings/settings.js";

const resolve = (constructed: RequestSettings = {}, called: RequestSettings = {}) =>
  resolveSettings(constructed, called);

describe("resolveSettings", () => {
  it("fills in the defaults", () => {
    expect(resolve()).toMatchObject({
      timeouts: { connect: 10_000, idle: 300_000, total: Infinity },
      limits: { maxRecordBytes: 64 * 2 ** 20 },
      connection: { connectTimeoutMs: 10_000 },
      endGraceMs: 2000,
      enforceStop: true,
      streaming: true,
      redirect: "same-origin",
      maxRetries: 2,
      rateLimitGate: true,
    });
    expect(resolve().endOfStream).toBeUndefined();
  });

  it("puts the call over the constructor, timeout by timeout", () => {
    const settings = resolve(
      { timeouts: { idle: 1, token: 2 }, maxRetries: 5, streaming: false },
      { timeouts: { idle: 3 }, maxRetries: 0 },
    );
    expect(settings.timeouts).toMatchObject({ idle: 3, token: 2, headers: 600_000 });
    expect(settings).toMatchObject({ maxRetries: 0, streaming: false });
  });

  it("turns a timeout off by 0", () => {
    const { timeouts, connection } = resolve({ timeouts: { connect: 0 } });
    expect(timeouts.connect).toBe(Infinity);
    expect(connection.connectTimeoutMs).toBe(Infinity);
  });

  it("hands to the transport what is its own, and nothing that was not said", () => {
    const { connection } = resolve({ proxy: false, socketPath: undefined }, { allowH2: true });
    expect(connection).toMatchObject({ proxy: false, allowH2: true });
    expect(connection).not.toHaveProperty("socketPath");
    expect(connection).not.toHaveProperty("maxHeaderBytes");
  });

  it.each<[RegExp, object]>([
    [/idle must be a number of at least 0, not -1/, { timeouts: { idle: -1 } }],
    [/maxRetries/, { maxRetries: "2" }],
    [/maxRetries/, { maxRetries: Number.NaN }],
    [/limits.maxHeaderBytes must be a number of at least 1/, { limits: { maxHeaderBytes: 0 } }],
    [/timeouts.headers must be a number of at least 0, not "5"/, { timeouts: { headers: "5" } }],
    [/limits.maxRecordBytes must/, { limits: { maxRecordBytes: Number.NaN } }],
    [/streaming must be a boolean, not "false"/, { streaming: "false" }],
    [/enforceStop must be a boolean/, { enforceStop: 0 }],
    [/rateLimitGate must be a boolean/, { rateLimitGate: "off" }],
    [/allowH2 must be a boolean/, { allowH2: "false" }],
    [/socketPath must be a string/, { socketPath: 5 }],
    [/dispatcher must be a Dispatcher/, { dispatcher: {} }],
    [/timeouts must be an object/, { timeouts: 1000 }],
    [/tls must be an object/, { tls: "ca" }],
    [/timeouts has "idel", .*perhaps idle was meant/, { timeouts: { idle: 1, idel: 5 } }],
    [/timeouts has "first_chunk", .*perhaps firstChunk/, { timeouts: { first_chunk: undefined } }],
    [
      /timeouts has "0", which it has no use for\. It knows connect, .*, total\.$/,
      { timeouts: [5] },
    ],
    [/limits has "maxRecordByte", .*perhaps maxRecordBytes/, { limits: { maxRecordByte: 3 } }],
    [/limits has "maxHeaderByte", .*perhaps maxHeaderBytes/, { limits: { maxHeaderByte: 3 } }],
    [/endOfStream must be one of "required", "optional", not needed/, { endOfStream: "needed" }],
    [/redirect must be one of/, { redirect: "all" }],
    [/transport must be a transport.*parentheses/, { transport: () => undefined }],
  ])("refuses with %s: %j", (message, settings) => {
    expect(() => resolve(settings as RequestSettings)).toThrow(HookError);
    expect(() => resolve({}, settings as RequestSettings)).toThrow(message);
  });

  it("takes all names of the groups, what Node knows of TLS, and what is not its own", () => {
    const timeouts = { connect: 1, headers: 1, firstChunk: 1, token: 1, idle: 1, total: 1 };
    const limits = {
      maxRecordBytes: 1,
      maxResponseBytes: 1,
      maxErrorBodyBytes: 1,
      maxHeaderBytes: 1,
    };
    const tls = { minVersion: "TLSv1.3" };
    const settings = { timeouts, limits, tls, metadata: {}, timeout: 5 } as RequestSettings;
    expect(() => resolve(settings, settings)).not.toThrow();
  });
});
