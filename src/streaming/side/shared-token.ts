import { HookError } from "../../errors.js";
import type {
  AttemptContext,
  HookRequest,
  HookResponse,
  MaybePromise,
} from "../hooks/hook-types.js";
import { atOnce, isPromise, mayBeForgotten } from "../hooks/hook-call.js";
import { unknownField } from "../hooks/check-fields.js";
import { shown } from "../text/shown.js";
import { TokenStores, type IssuedToken } from "./token-store.js";

/** Options of {@link sharedToken}. */
export interface SharedTokenOptions {
  /** The request to the token's endpoint. */
  request(context: AttemptContext): HookRequest;
  /** Reads the endpoint's response. */
  read(response: HookResponse): IssuedToken;
  /**
   * Whose token it is: a tenant, a user. Tokens of different scopes have nothing to do with each other. Those that are
   * good are kept, 10 000 at most: then the one that was not used for longest is forgotten, and got anew when it is
   * wanted. Default: one for all.
   */
  readonly scope?: ((context: AttemptContext) => string) | undefined;
}

/** Gives the current token, or what `use` makes of it: as a value on the synchronous path. */
export interface SharedToken {
  (context: AttemptContext): MaybePromise<string>;
  <Result>(context: AttemptContext, use: (token: string) => Result): MaybePromise<Result>;
}

/**
 * A token from another endpoint, for all calls of a model: one login, however many calls begin at once. It is renewed
 * shortly before it expires, and once after a 401 to a request that was sent with it, whatever `maxRetries` says; not for
 * one that was sent with the token before, and for no other status. A login that fails is the error of the calls that waited for it, and is
 * tried again by the next.
 *
 * On the synchronous path a call cannot wait for a login of the asynchronous one: it logs in itself.
 *
 * @throws HookError where `read` gives no token; the errors of the token's endpoint, which name it.
 *
 * @example
 * ```ts
 * class MyLLM extends HttpStreamingLLM<Line> {
 *   readonly #token = sharedToken({
 *     request: () => ({ url: "https://auth.example.com/token", payload: new URLSearchParams({ grant_type: "client_credentials" }) }),
 *     read: ({ body }) => {
 *       const { access_token: token, expires_in } = body as { access_token: string; expires_in: number };
 *       return { token, expiresInMs: expires_in * 1000 };
 *     },
 *   });
 *   headers(_: unknown, context: AttemptContext) {
 *     return this.#token(context, (token) => ({ authorization: `Bearer ${token}` }));
 *   }
 * }
 * ```
 */
export function sharedToken(options: SharedTokenOptions): SharedToken {
  checkOptions(options);
  const stores = new TokenStores(options);
  return <Result>(
    context: AttemptContext,
    use: (token: string) => Result = (token) => token as Result,
  ): MaybePromise<Result> => {
    requireContext(context);
    const token = stores.of(scopeOf(options, context)).get(context);
    return isPromise(token) ? mayBeForgotten(Promise.resolve(token).then(use)) : use(token);
  };
}

function requireContext(context: Partial<AttemptContext> | undefined): void {
  if (typeof context?.request === "function") return;
  throw new HookError(
    "sharedToken",
    `the token of sharedToken was asked for without a context. Hand on the one that the hook is given: headers(options, context) { return this.token(context, (token) => ({ … })); }.`,
  );
}

/** With a misspelt `scope` all tenants would share one token. */
function checkOptions(options: SharedTokenOptions): void {
  const given = options as unknown as Record<string, unknown> | null | undefined;
  const missing = ["request", "read"].find((name) => typeof given?.[name] !== "function");
  // An object of a class has fields of its own.
  const isLiteral = given && Object.getPrototypeOf(given) === Object.prototype;
  const unknown = isLiteral ? unknownField(given, ["request", "read", "scope"]) : undefined;
  const isScopeWrong = given?.scope !== undefined && typeof given.scope !== "function";
  if (missing === undefined && unknown === undefined && !isScopeWrong) return;
  const fault =
    unknown ?? (missing === undefined ? "a scope that is no function" : `no ${missing}()`);
  throw new HookError(
    "sharedToken",
    `sharedToken was given ${fault}. Give it { request, read }, or { request, read, scope }: each is a function.`,
  );
}

/** What is no text must not be the scope of all: they would share one token. */
function scopeOf(options: SharedTokenOptions, context: AttemptContext): string {
  if (options.scope === undefined) return "";
  const scope: unknown = atOnce("sharedToken.scope", options.scope(context));
  if (typeof scope === "string") return scope;
  throw new HookError(
    "sharedToken.scope",
    `scope() of sharedToken returned ${shown(scope)}. Return a text, another one for each tenant or user.`,
  );
}
