import { describe, expect, it } from "vitest";
import type { AttemptContext } from "../../../../src/streaming/hooks/hook-types.js";
import { TokenStores } from "../../../../src/streaming/side/token-store.js";

describe("TokenStores", () => {
  /** Counts the logins of each scope; names that end in "!" get tokens that expire at once. */
  function manyLogins() {
    const logins = new Map<string, number>();
    let scope = "";
    const stores = new TokenStores({
      request: () => ({ url: "http://auth.test/" }),
      read: () => ({ token: `t-${scope}`, expiresInMs: scope.endsWith("!") ? 0 : 3_600_000 }),
    });
    const response = { status: 200, headers: {}, body: {} };
    const countLogin = () => void logins.set(scope, (logins.get(scope) ?? 0) + 1);
    const context = (request: AttemptContext["request"], isSynchronous: boolean) => ({
      attempt: 0,
      signal: new AbortController().signal,
      isSynchronous,
      request,
    });
    return {
      count: (name: string) => logins.get(name),
      use(name: string): void {
        scope = name;
        const answer = () => {
          countLogin();
          return response;
        };
        void stores.of(name).get(context(answer, true));
      },
      begin(name: string, login: Promise<void>) {
        scope = name;
        const answer = () => {
          countLogin();
          return login.then(() => response);
        };
        return stores.of(name).get(context(answer, false));
      },
    };
  }

  it("keeps those that are good, though many others have come and gone", () => {
    const { use, count } = manyLogins();
    use("a");
    for (let user = 0; user < 10_100; user++) use(`${user}!`);
    use("a");
    expect(count("a")).toBe(1);
  });

  it("forgets the one that was not used for longest, where too many are good", () => {
    const { use, count } = manyLogins();
    use("a");
    use("b");
    for (let user = 0; user < 9_998; user++) use(`${user}`);
    use("a");
    use("one more");
    use("a");
    use("b");
    expect([count("a"), count("b")]).toEqual([1, 2]);
  });

  it("forgets no login that is under way", async () => {
    const { use, begin, count } = manyLogins();
    let answer = (): void => undefined;
    const login = new Promise<void>((resolve) => (answer = resolve));
    const first = begin("a", login);
    for (let user = 0; user < 10_100; user++) use(`${user}`);
    const second = begin("a", login);
    answer();
    expect([await first, await second]).toEqual(["t-a", "t-a"]);
    expect(count("a")).toBe(1);
  });
});
