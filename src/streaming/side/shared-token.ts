import { HookError } from "../../errors.js";
import type {
  AttemptContext,
  HookRequest,
  HookResponse,
  MaybePromise,
} from "../hooks/hook-types.js";
import { shorten } from "../provider/provider-error.js";
import { recordError } from "../provider/record-error.js";
import { nameOf, valueOf } from "../provider/wire-record.js";
import { atOnce, isPromise, mayBeForgotten } from "../hooks/hook-call.js";
import { isUnauthorised, markSideError } from "../retry/side-error.js";
import { messageOf } from "../../transport/network-failure.js";
import { unknownField } from "../hooks/check-fields.js";
import { kindOf } from "../text/class-name.js";
import { shown } from "../text/shown.js";

/** A token is renewed so long before it expires, in ms, or a tenth of its life if that is less. */
const EARLY_MS = 30_000;
const STEP = "token endpoint";
/** Of so many scopes a token is kept. A server of many users has some thousands of them, of one or two KB each. */
const MOST_TOKENS = 10_000;

/** A token as its endpoint gives it. */
export interface IssuedToken {
  readonly token: string;
  /** Its life, in ms. Default: until it is refused. */
  readonly expiresInMs?: number | null | undefined;
}

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
 * shortly before it expires, and once after a 401 to a request that was sent with it; not for one that was sent with
 * the token before, and for no other status. A login that fails is the error of the calls that waited for it, and is
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

/** A token that is good, and until when. */
interface Current {
  readonly token: string;
  /** On the clock of `Date.now()`, which goes on while a computer sleeps. */
  readonly renewAt: number;
}

/** A login that is under way, for all who want a token meanwhile. */
interface Login {
  /** The signal of the call that sends it: when that call is over, the login is, too. */
  readonly owner: AbortSignal;
  readonly token: Promise<string>;
}

/** The tokens of all scopes. */
class TokenStores {
  readonly #options: SharedTokenOptions;
  /** In the order of their last use. */
  readonly #stores = new Map<string, TokenStore>();
  /** With so many it is looked which are empty: when they have doubled, so that a look costs little for each. */
  #room = 1;

  constructor(options: SharedTokenOptions) {
    this.#options = options;
  }

  of(scope: string): TokenStore {
    const known = this.#stores.get(scope);
    if (known === undefined && this.#stores.size >= this.#room) this.#makeRoom();
    const store = known ?? new TokenStore(this.#options);
    this.#stores.delete(scope);
    this.#stores.set(scope, store);
    return store;
  }

  /** Users come and go: a scope that is not asked for again would leave its store for ever. */
  #makeRoom(): void {
    const now = Date.now();
    for (const [scope, store] of this.#stores) if (store.isEmptyAt(now)) this.#stores.delete(scope);
    for (const [scope, store] of this.#stores) {
      if (this.#stores.size < MOST_TOKENS) break;
      if (!store.isLoggingIn) this.#stores.delete(scope);
    }
    this.#room = Math.min(2 * this.#stores.size + 1, MOST_TOKENS);
  }
}

/** What an author may return, `read: () => {}` for one. */
type Issued = Partial<IssuedToken> | null | undefined;

/** The token of one scope. */
class TokenStore {
  readonly #options: SharedTokenOptions;
  #current: Current | undefined;
  #login: Login | undefined;
  /** The token that each call was last given, by its signal, which is the same for all its attempts. */
  readonly #given = new WeakMap<AbortSignal, string>();
  /** The refusals that have been taken for what they say. */
  readonly #heeded = new WeakSet<Error>();

  constructor(options: SharedTokenOptions) {
    this.#options = options;
  }

  /** Others would log in once more. */
  get isLoggingIn(): boolean {
    return this.#login !== undefined;
  }

  /** Has nothing that a new store would not have: no token that is good, and none under way. */
  isEmptyAt(now: number): boolean {
    return !this.isLoggingIn && !(this.#current !== undefined && now < this.#current.renewAt);
  }

  get(context: AttemptContext): MaybePromise<string> {
    if (this.#isNewRefusal(context) && this.#given.get(context.signal) === this.#current?.token) {
      this.#current = undefined;
    }
    if (this.#current !== undefined && Date.now() < this.#current.renewAt) {
      return this.#give(context, this.#current.token);
    }
    if (this.#login !== undefined && !context.isSynchronous)
      return this.#wait(this.#login, context);
    const asked = atOnce("sharedToken.request", this.#options.request(context));
    const response = context.request({ step: STEP, ...asked });
    if (!isPromise(response)) return this.#give(context, this.#take(response));
    return this.#wait(this.#begin(context.signal, response), context);
  }

  /** An attempt may ask several times, for the steps of a job for example: its error is one refusal. */
  #isNewRefusal({ error }: AttemptContext): boolean {
    if (!isUnauthorised(error) || this.#heeded.has(error)) return false;
    this.#heeded.add(error);
    return true;
  }

  #begin(owner: AbortSignal, response: PromiseLike<HookResponse>): Login {
    const token = Promise.resolve(response)
      .then((whole) => this.#take(whole))
      .finally(() => {
        if (this.#login === login) this.#login = undefined;
      });
    const login = { owner, token };
    this.#login = login;
    return login;
  }

  async #wait(login: Login, context: AttemptContext): Promise<string> {
    let token: string;
    try {
      token = await login.token;
    } catch (error) {
      // Its call has ended, which is no reason for this one to.
      if (login.owner.aborted && !context.signal.aborted) return this.get(context);
      throw error;
    }
    return this.#give(context, token);
  }

  #give({ signal }: AttemptContext, token: string): string {
    this.#given.set(signal, token);
    return token;
  }

  #read(response: HookResponse): IssuedToken {
    try {
      return this.#options.read(response);
    } catch (error) {
      throw noToken(`threw: ${messageOf(error)}`, response, error);
    }
  }

  #take(response: HookResponse): string {
    const issued = (atOnce("sharedToken.read", this.#read(response)) as Issued) ?? {};
    const { token, expiresInMs } = issued;
    if (typeof token !== "string" || token === "") {
      const got = token === "" ? "an empty text" : kindOf(token);
      throw noToken(`gave ${got} as the token`, response);
    }
    // A misspelt expiresInMs would make a token that is good for ever.
    const unknown = unknownField(issued, ["token", "expiresInMs"]);
    if (unknown !== undefined) throw noToken(`gave ${unknown}`, response);
    const life = expiresInMs ?? Infinity;
    if (typeof life !== "number" || Number.isNaN(life)) {
      const got = typeof life === "number" ? "NaN" : kindOf(life);
      throw noToken(`gave ${got} as expiresInMs, which is a number of milliseconds`, response);
    }
    this.#current = { token, renewAt: Date.now() + life - Math.min(EARLY_MS, life / 10) };
    return token;
  }
}

/** Many servers say with status 200 why they give no token. */
function noToken(what: string, { body }: HookResponse, cause?: unknown): HookError {
  const words = recordError(valueOf(body), nameOf(body))?.message;
  const said = words ? ` The endpoint said: ${shorten(words)}.` : "";
  const error = new HookError(
    "sharedToken",
    `${STEP}: read() of sharedToken ${what}.${said} Return { token, expiresInMs? } from the endpoint's answer.`,
    { cause },
  );
  markSideError(error);
  return error;
}
