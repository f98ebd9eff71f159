/**
 * SHA-256 without waiting, which the web's own does not offer: cache keys are made on synchronous ways.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */

/** The first 32 bits behind the point, of the roots of the first primes. */
function rootsOfPrimes(count: number, exponent: number): Int32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return Int32Array.from(primes, (prime) => (prime ** exponent % 1) * 2 ** 32);
}

const START = /* @__PURE__ */ rootsOfPrimes(8, 1 / 2);
const ROUNDS = /* @__PURE__ */ rootsOfPrimes(64, 1 / 3);
const BLOCK_BYTES = 64;

/** The SHA-256 digest of a text, as base64url. */
export function sha256(text: string): string {
  const message = padded(new TextEncoder().encode(text));
  const hash = START.slice();
  const words = new Int32Array(64);
  for (let at = 0; at < message.byteLength; at += BLOCK_BYTES) {
    for (let i = 0; i < 16; i++) words[i] = message.getInt32(at + i * 4);
    addBlock(hash, words);
  }
  const bytes = new DataView(new ArrayBuffer(32));
  hash.forEach((word, index) => bytes.setInt32(index * 4, word));
  const binary = String.fromCharCode(...new Uint8Array(bytes.buffer));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** A message, one bit, zeros up to whole blocks, and the message's length in bits. */
function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const message = new Uint8Array(length);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
}

/** @param words of which the first 16 are the block. */
function addBlock(hash: Int32Array, words: Int32Array): void {
  for (let i = 16; i < 64; i++) {
    const early = at(words, i - 15);
    const late = at(words, i - 2);
    const sum = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const other = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words[i] = at(words, i - 16) + sum + at(words, i - 7) + other;
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const mixed = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + mixed + choice + at(ROUNDS, i) + at(words, i)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    hash[index] = at(hash, index) + word;
  });
}

type Eight = [number, number, number, number, number, number, number, number];

function at(words: Int32Array, index: number): number {
  return words[index] as number;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
