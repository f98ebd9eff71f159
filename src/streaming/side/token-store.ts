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
import { atOnce, isPromise } from "../hooks/hook-call.js";
import { isUnauthorised, markSideError } from "../retry/side-error.js";
import { messageOf } from "../../transport/network-failure.js";
import { unknownField } from "../hooks/check-fields.js";
import { kindOf } from "../text/class-name.js";

/** A token is renewed so long before it expires, in ms, or a tenth of its life if that is less. */
const EARLY_MS = 30_000;
const STEP = "token endpoint";
/** The number of scopes whose tokens are kept. A server of many users has some thousands of them, of one or two KB each. */
const MOST_TOKENS = 10_000;

/** A token as its endpoint gives it. */
export interface IssuedToken {
  readonly token: string;
  /** Its life, in ms. Default: until it is refused. */
  readonly expiresInMs?: number | null | undefined;
}

/** The hooks of `sharedToken` by which a token is got. */
export interface TokenEndpoint {
  request(context: AttemptContext): HookRequest;
  read(response: HookResponse): IssuedToken;
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
export class TokenStores {
  readonly #endpoint: TokenEndpoint;
  /** In the order of their last use. */
  readonly #stores = new Map<string, TokenStore>();
  /** With so many stores, the empty ones are dropped. It doubles with what is left, so that the search stays cheap. */
  #room = 1;

  constructor(endpoint: TokenEndpoint) {
    this.#endpoint = endpoint;
  }

  /** The token of a scope, perhaps a new one, which is now the one that was used last. */
  of(scope: string): TokenStore {
    const known = this.#stores.get(scope);
    if (known === undefined && this.#stores.size >= this.#room) this.#makeRoom();
    const store = known ?? new TokenStore(this.#endpoint);
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
  readonly #endpoint: TokenEndpoint;
  #current: Current | undefined;
  #login: Login | undefined;
  /** The token that each call was last given, by its signal, which is the same for all its attempts. */
  readonly #given = new WeakMap<AbortSignal, string>();
  /** The refusals that have made a token void: each does so once. */
  readonly #heeded = new WeakSet<Error>();

  constructor(endpoint: TokenEndpoint) {
    this.#endpoint = endpoint;
  }

  /** Others would log in once more. */
  get isLoggingIn(): boolean {
    return this.#login !== undefined;
  }

  /** Has nothing that a new store would not have: no token that is good, and none under way. */
  isEmptyAt(now: number): boolean {
    return !this.isLoggingIn && this.#goodAt(now) === undefined;
  }

  get(context: AttemptContext): MaybePromise<string> {
    if (this.#isNewRefusal(context) && this.#given.get(context.signal) === this.#current?.token) {
      this.#current = undefined;
    }
    const good = this.#goodAt(Date.now());
    if (good !== undefined) return this.#give(context, good.token);
    const login = this.#login;
    if (login !== undefined && !context.isSynchronous) return this.#wait(login, context);
    const asked = atOnce("sharedToken.request", this.#endpoint.request(context));
    const response = context.request({ step: STEP, ...asked });
    if (!isPromise(response)) return this.#give(context, this.#take(response));
    return this.#wait(this.#begin(context.signal, response), context);
  }

  #goodAt(now: number): Current | undefined {
    return this.#current !== undefined && now < this.#current.renewAt ? this.#current : undefined;
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
      return this.#endpoint.read(response);
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
