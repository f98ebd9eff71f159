/** Checks what can be checked of a body that `fetch` has decoded already. */
import { HookError, UnexpectedContentTypeError, type TruncatedStreamError } from "../../errors.js";
import { FOREIGN_CODINGS } from "../foreign-codings.js";
import { brokenBody } from "../network-failure.js";

/** The first bytes of gzip's and of zstd's data, neither of which begins a text. */
const COMPRESSED = [
  [0x1f, 0x8b],
  [0x28, 0xb5, 0x2f, 0xfd],
] as const;

export class BodyCheck {
  /** Of a body that is as it was sent, and whose length is known. */
  #bytesLeft: number;
  #isFirst = true;
  readonly #contentType: string;
  readonly #coding: string | undefined;

  /** @param type that of the response. `"cors"`: a page is not shown how the body was encoded. */
  constructor(type: string, headers: Readonly<Record<string, string>>) {
    const { "content-encoding": coding, "content-length": length } = headers;
    this.#coding = coding;
    this.#contentType = headers["content-type"] ?? "";
    const isPlain = type !== "cors" && (coding === undefined || coding === "identity");
    this.#bytesLeft = isPlain ? Number(length ?? NaN) : NaN;
  }

  /** @throws UnexpectedContentTypeError for data that nobody has decoded. */
  add(bytes: Uint8Array): void {
    this.#bytesLeft -= bytes.byteLength;
    if (!this.#isFirst || bytes.byteLength === 0) return;
    this.#isFirst = false;
    if (this.#coding === undefined || !isEncoded(this.#coding, bytes)) return;
    throw new UnexpectedContentTypeError(
      `the server answered with content-encoding "${this.#coding}", which this fetch does not undo. Switch compression off on the server.`,
      { contentType: this.#contentType, body: "" },
    );
  }

  /** Some implementations take a short body for a whole one. */
  failureAtEnd(): TruncatedStreamError | undefined {
    if (!(this.#bytesLeft > 0)) return undefined;
    return brokenBody(
      new Error(`${this.#bytesLeft} bytes are missing of what content-length said`),
    );
  }
}

function isEncoded(coding: string, bytes: Uint8Array): boolean {
  const names = coding.split(",").map((name) => name.trim().toLowerCase());
  return (
    names.some((name) => FOREIGN_CODINGS.includes(name)) ||
    COMPRESSED.some((signature) => signature.every((byte, at) => bytes[at] === byte))
  );
}

/** A piece of a body, also one of another realm. @throws HookError for anything but bytes */
export function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (ArrayBuffer.isView(piece)) {
    return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  }
  throw new HookError(
    "transport",
    `this fetch gives a body of ${typeof piece} values. It has to be a stream of bytes (Uint8Array).`,
  );
}
