// @ts-check
/**
 * The prompt as plain text in, the answer as plain text out, with no framing at all. Each chunk
 * keeps the last byte for the next one, so that characters of several bytes are cut in the middle,
 * as they are by networks.
 * @type {import("./wire.js").Wire}
 */
export const plainText = {
  path: "/text",
  read: (body, url) => ({
    prompt: body,
    maxTokens: numberOf(url.searchParams.get("max_tokens")),
    seed: numberOf(url.searchParams.get("seed")),
  }),
  write: () => {
    let held = Buffer.alloc(0);
    return {
      contentType: "text/plain; charset=utf-8",
      token: (text) => {
        const bytes = Buffer.concat([held, Buffer.from(text)]);
        held = bytes.subarray(-1);
        return bytes.subarray(0, -1);
      },
      end: () => held,
    };
  },
  error: (message) => ({ error: message }),
};

/** @param {string | null} parameter */
const numberOf = (parameter) => (parameter === null ? undefined : Number(parameter));
