import { isSecretName } from "../redaction/secret-name.js";
import { RateLimitGate } from "./rate-limit-gate.js";

/** Differs with every call. */
const SIGNATURE = /signature$/i;

/** The part that stays the same in the signatures of one account: `AWS4-HMAC-SHA256 Credential=AKID/20260101/…, …`. */
const SIGNER = /^\S+ +Credential=([^/,\s]+)/;

/** The gates of one model: one for each server and credential, because servers count by account. */
export class RateLimitGates {
  readonly #digestOf: (text: string) => string;
  readonly #mostPermits: number;
  readonly #gates = new Map<string, RateLimitGate>();

  /**
   * @param digestOf of a credential, which is not kept itself.
   * @param mostPermits more calls than that are never in flight.
   */
  constructor(digestOf: (text: string) => string, mostPermits = Infinity) {
    this.#digestOf = digestOf;
    this.#mostPermits = mostPermits;
  }

  /** The gate in front of a server. The credential is kept as a digest only. */
  gateFor(url: URL, headers: Readonly<Record<string, string>>): RateLimitGate {
    const account = this.#digestOf(JSON.stringify(credentialsIn(url, headers)));
    const key = `${url.origin} ${account}`;
    let gate = this.#gates.get(key);
    if (gate === undefined || gate.isStale) {
      // Credentials that are refreshed would leave a gate each.
      this.#forgetStale();
      gate = new RateLimitGate(this.#mostPermits);
      this.#gates.set(key, gate);
    }
    return gate;
  }

  #forgetStale(): void {
    for (const [key, gate] of this.#gates) if (gate.isStale) this.#gates.delete(key);
  }
}

/** Headers, and parameters of a query, that say on whose account a call goes. */
function credentialsIn(url: URL, headers: Readonly<Record<string, string>>): string[][] {
  return [...Object.entries(headers), ...url.searchParams]
    .filter(([name]) => isSecretName(name) && !SIGNATURE.test(name))
    .map(([name, value]) => [name, SIGNER.exec(value)?.[1] ?? value]);
}
