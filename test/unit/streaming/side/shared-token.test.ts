import { describe, expect, it } from "vitest";
import { HttpStatusError, HookError } from "../../../../src/errors.js";
import type { AttemptContext } from "../../../../src/streaming/hooks/hook-types.js";
import { sharedToken } from "../../../../src/streaming/side/shared-token.js";

/** Logins whose answers are counted. */
function logins(issue: (login: number) => unknown = (login) => ({ token: `t-${login}` })) {
  let count = 0;
  const token = sharedToken({
    request: () => ({ url: "http://auth.test/" }),
    read: ({ body }) => issue(body as number) as { token: string },
  });
  const context = (more: Partial<AttemptContext> = {}, isSynchronous = false): AttemptContext => {
    const answer = () => ({ status: 200, headers: {}, body: ++count });
    return {
      attempt: 0,
      signal: new AbortController().signal,
      isSynchronous,
      request: () => (isSynchronous ? answer() : Promise.resolve(answer())),
      ...more,
    };
  };
  return { token, context, count: () => count };
}

describe("sharedToken", () => {
  it("is got once for all calls, however many begin at once", async () => {
    const { token, context, count } = logins();
    const all = Array.from({ length: 3 }, async () => token(context()));
    expect(await Promise.all(all)).toEqual(["t-1", "t-1", "t-1"]);
    expect(await token(context(), (text) => `Bearer ${text}`)).toBe("Bearer t-1");
    expect(count()).toBe(1);
  });

  it.each<[object, RegExp]>([
    [{ scopes: () => "a" }, /"scopes".* perhaps scope was meant/],
    [{ scope: "a" }, /a scope that is no function/],
    [{ read: undefined }, /no read\(\)/],
    [{ request: "https://auth.test" }, /no request\(\)/],
  ])(
    "refuses options by which all tenants would share one token, or none have one: %j",
    (options, message) => {
      const good = { request: () => ({ url: "http://a.test/" }), read: () => ({ token: "t" }) };
      expect(() => sharedToken({ ...good, ...options })).toThrow(HookError);
      expect(() => sharedToken({ ...good, ...options })).toThrow(message);
    },
  );

  it("takes an object of a class, which has fields of its own", async () => {
    class Login {
      readonly url = "http://auth.test/";
      request() {
        return { url: this.url };
      }
      read({ body }: { body: unknown }) {
        return { token: `t-${String(body)}` };
      }
    }
    expect(await sharedToken(new Login())(logins().context())).toBe("t-1");
  });

  it("is a value where the call blocks", () => {
    const { token, context } = logins();
    expect(token(context({}, true))).toBe("t-1");
  });

  it("is got anew after a 401 to a request that was sent with it", async () => {
    const { token, context } = logins();
    const one = context();
    await token(one);
    const again = { ...one, attempt: 1, error: new HttpStatusError("x", { status: 401 }) };
    expect(await token(again)).toBe("t-2");
  });

  it("is got anew when it is about to expire", () => {
    const { token, context, count } = logins(() => ({ token: "t", expiresInMs: 0 }));
    token(context({}, true));
    token(context({}, true));
    expect(count()).toBe(2);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /gave undefined as the token/],
    [null, /gave undefined as the token/],
    ["t-1", /gave undefined as the token/],
    [{ token: "t-1", expiresIn: 60 }, /gave "expiresIn", .* perhaps expiresInMs was meant/],
  ])("refuses what read() may not give: %j", (issued, message) => {
    const { token, context } = logins(() => issued);
    expect(() => token(context({}, true))).toThrow(message);
    expect(() => token(context({}, true))).toThrow(HookError);
  });

  it.each([undefined, null, 7, { tenant: "a" }])("refuses %j as a scope", (scope) => {
    // Of an arrow function in braces, say. All tenants would have one token.
    const request = () => ({ url: "http://auth.test/" });
    const read = () => ({ token: "t" });
    const token = sharedToken({ request, read, scope: () => scope as unknown as string });
    expect(() => token(logins().context({}, true))).toThrow(/scope\(\) of sharedToken returned/);
  });

  it.each([undefined, {}, "a token"])("refuses %j as a context", (context) => {
    const { token } = logins();
    expect(() => token(context as never)).toThrow(/without a context. Hand on the one/);
    expect(() => token(context as never)).toThrow(HookError);
  });

  it("ends no process where a hook has forgotten to wait for a token", async () => {
    const { token, context } = logins(() => ({}));
    void token(context({}, false));
    void token(context({}, false), () => "x");
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve));
  });

  it.each(["request", "read", "scope"])("refuses an asynchronous %s()", (name) => {
    const later = () => Promise.resolve({ token: "t" }) as never;
    const { context } = logins();
    const hooks = { request: () => ({ url: "http://auth.test/" }), read: later, [name]: later };
    expect(() => sharedToken(hooks)(context({}, true))).toThrow(
      `sharedToken.${name} returned a Promise`,
    );
  });

  it.each([
    [{}, /gave undefined as the token/],
    [{ token: "" }, /empty text/],
    [{ token: "t", expiresInMs: Number.NaN }, /NaN/],
  ])("refuses %j", (issued, message) => {
    const { token, context } = logins(() => issued);
    expect(() => token(context({}, true))).toThrow(message);
  });

  it("says what the endpoint said, where it gives no token with status 200", () => {
    const body = { error: { message: "unknown client" } };
    const token = sharedToken({
      request: () => ({ url: "http://auth.test/" }),
      read: ({ body }) => ({ token: (body as { data: { token: string } }).data.token }),
    });
    const context = logins().context({ request: () => ({ status: 200, headers: {}, body }) }, true);
    expect(() => token(context)).toThrow(
      /^token endpoint: read\(\) of sharedToken threw: .*The endpoint said: unknown client\./,
    );
  });
});
