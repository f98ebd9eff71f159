import { afterEach, describe, expect, it, vi } from "vitest";
import { HookError } from "../../../../src/errors.js";
import type { ConnectionOptions } from "../../../../src/transport/connection.js";
import { toFetchRequest } from "../../../../src/transport/fetch/request-init.js";
import { failureOf, post } from "../../../helpers/transport-paths.js";

const NONE = { connectTimeoutMs: 0, headersTimeoutMs: 0 };
const OURS = { "user-agent": "http-streaming-llm/1.2.3" };

const headersOf = async (headers: Record<string, string>, isOwn = true) =>
  (await toFetchRequest(post("http://a.test/", { headers }), NONE, isOwn)).init.headers;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("toFetchRequest", () => {
  it("follows no redirect, asks for no compression, and takes the credentials out of the URL", async () => {
    const { url, init } = await toFetchRequest(post("http://me:p%40ss@a.test/x?q=1"), NONE, true);
    expect(url).toBe("http://a.test/x?q=1");
    expect(init).toMatchObject({ method: "POST", redirect: "manual" });
    expect(init.headers).toMatchObject({
      authorization: `Basic ${btoa("me:p@ss")}`,
      "accept-encoding": "identity",
    });
  });

  it("switches timeouts off on the platform's own fetch alone", async () => {
    const request = post("http://a.test/");
    expect((await toFetchRequest(request, NONE, true)).init).toHaveProperty("timeout", false);
    expect((await toFetchRequest(request, NONE, false)).init).not.toHaveProperty("timeout");
  });

  it("sends a form as bytes with its boundary, unless there is a content-type", async () => {
    const form = new FormData();
    form.append("model", "whisper");
    const { init } = await toFetchRequest(post("http://a.test/", { body: form }), NONE, true);
    expect(init.body).toBeInstanceOf(Uint8Array);
    expect(init.headers).toMatchObject({
      "content-type": expect.stringMatching(/^multipart\/form-data; boundary=/),
    });
    const typed = { headers: { "content-type": "x/y" }, body: form };
    expect((await toFetchRequest(post("http://a.test/", typed), NONE, true)).init.headers).toEqual({
      "accept-encoding": "identity",
      "content-type": "x/y",
    });
  });

  it.each<[string, Partial<ConnectionOptions>]>([
    ["dispatcher", { dispatcher: { dispatch: () => true } }],
    ["proxy", { proxy: "http://user:s3cret@proxy.test" }],
    ["proxy", { proxy: "env" }],
    ["tls", { tls: { ca: "s3cret" } }],
    ["socketPath", { socketPath: "/s3cret.sock" }],
    ["allowH2", { allowH2: true }],
    ["limits.maxHeaderBytes", { maxHeaderBytes: 1 }],
  ])("refuses the setting %s, which fetch cannot keep", async (hook, settings) => {
    const error = await failureOf(
      toFetchRequest(post("http://a.test/"), { ...NONE, ...settings }, true),
    );
    expect(error).toBeInstanceOf(HookError);
    expect(error).toMatchObject({ hook });
    expect(error.message).toContain(`no setting ${hook}`);
    expect(error.message).not.toContain("s3cret");
  });

  it("takes settings that ask for nothing", async () => {
    const settings = { ...NONE, proxy: false, allowH2: false } as const;
    expect((await toFetchRequest(post("http://a.test/"), settings, true)).url).toContain("a.test");
  });

  it.each(["GET", "HEAD"])("refuses a body with %s", async (method) => {
    const request = post("http://a.test/", { method, body: "x" });
    expect(await failureOf(toFetchRequest(request, NONE, true))).toMatchObject({ hook: "method" });
  });

  it("leaves the headers to the server where nothing drops them, or nothing tells", async () => {
    const headers = { ...OURS, cookie: "a=b", "accept-encoding": "br" };
    expect(await headersOf(headers)).toEqual(headers);
    vi.stubGlobal("Request", undefined);
    expect(await headersOf(headers)).toEqual(headers);
  });
});

describe("toFetchRequest in a browser", () => {
  const FORBIDDEN = ["accept-encoding", "cookie", "user-agent"];
  /** What browsers do to the headers of a request. */
  const stubBrowser = () =>
    vi.stubGlobal("Request", function (this: { headers: Headers }, _: string, init: RequestInit) {
      const entries = Object.entries(init.headers as Record<string, string>);
      this.headers = new Headers(entries.filter(([name]) => !FORBIDDEN.includes(name)));
    });

  it("sends nothing that nobody has asked for and the server would have to consent to", async () => {
    stubBrowser();
    const accept = Array.from({ length: 9 }, (_, i) => `application/x-kind-${i}`).join(", ");
    const long = (await headersOf({ ...OURS, accept })) as { accept: string };
    expect(Object.keys(long)).toEqual(["accept"]);
    expect(long.accept.length).toBeLessThanOrEqual(128);
    expect(long.accept).toMatch(/^application\/x-kind-0, .*application\/x-kind-\d, \*\/\*$/);
    expect(await headersOf({ accept: "text/event-stream" })).toEqual({
      accept: "text/event-stream",
    });
    const odd = "x".repeat(200);
    expect(await headersOf({ accept: odd })).toEqual({ accept: odd });
  });

  it.each([
    ["cookie", "s3cret"],
    ["accept-encoding", "br"],
    ["user-agent", "me/1"],
  ])(
    "refuses the header %s, which it would leave out, unless another fetch sends it",
    async (name, value) => {
      stubBrowser();
      const error = await failureOf(headersOf({ ...OURS, [name]: value }));
      expect(error).toBeInstanceOf(HookError);
      expect(error.message).toContain(`the header "${name}" belongs to the browser`);
      expect(error.message).not.toContain("s3cret");
      expect(await headersOf({ ...OURS, [name]: value }, false)).toEqual({ [name]: value });
    },
  );
});
