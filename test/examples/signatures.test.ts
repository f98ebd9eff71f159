/** The signatures of the examples, beside those of the providers' own code. */
import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import type * as TencentModule from "tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { HttpStreamingLLM, type HttpStreamingLLMFields } from "http-streaming-llm";
import type { RequestContext, RequestMethod } from "http-streaming-llm";
import { scriptedTransport, type ScriptedResponse } from "http-streaming-llm/testing";
import { BedrockChat } from "../../examples/bedrock-converse.js";
import { HunyuanChat } from "../../examples/hunyuan.js";
import * as aws from "../../examples/support/aws.js";
import * as tencent from "../../examples/support/hunyuan.js";
import { budget, GRAPHEMES } from "../helpers/properties.js";

const { default: TencentSign } = createRequire(import.meta.url)(
  "tencentcloud-sdk-nodejs-common/tencentcloud/common/sign.js",
) as typeof TencentModule.default;

/** A request as a model sends one. */
interface Asked {
  readonly method: RequestMethod;
  readonly url: string;
  readonly payload: unknown;
}
type Sign = (context: RequestContext) => Record<string, string>;

class SignedLLM extends HttpStreamingLLM<string> {
  _llmType() {
    return "signed";
  }
  endpoint: string;
  override method: RequestMethod;
  constructor(
    private readonly asked: Asked,
    private readonly sign: Sign,
    fields: HttpStreamingLLMFields,
  ) {
    super(fields);
    this.endpoint = asked.url;
    this.method = asked.method;
  }
  buildPayload() {
    return this.asked.payload;
  }
  override headers(_: unknown, context: RequestContext) {
    return this.sign(context);
  }
  parseChunk(record: string) {
    return record;
  }
}

const HELLO: ScriptedResponse = { headers: { "content-type": "text/plain" }, body: "hello" };

/** What reaches the transport. */
async function sent(asked: Asked, sign: Sign) {
  const transport = scriptedTransport([HELLO]);
  await new SignedLLM(asked, sign, { transport, endOfStream: "optional" }).invoke("x");
  const [{ url, headers, body }] = transport.requests as [(typeof transport.requests)[0]];
  const bytes = Buffer.from((body ?? "") as string);
  return { url: new URL(url), headers, bytes };
}

const text = fc.string({ unit: GRAPHEMES, maxLength: 12 });
const segment = fc.oneof(text, fc.constantFrom("a b", "amazon.nova:0", "Ω/*", "~!'()"));
const query = fc.array(fc.tuple(fc.string({ unit: GRAPHEMES, minLength: 1, maxLength: 6 }), text), {
  maxLength: 4,
});
const asked = fc
  .record({
    method: fc.constantFrom<RequestMethod>("POST", "PUT", "GET"),
    path: fc.array(
      segment.filter((piece) => !/^\.{0,2}$/.test(piece)),
      { maxLength: 4 },
    ),
    query,
    payload: fc.oneof(
      fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), text, { maxKeys: 3 }),
      text,
      fc.constant(new URLSearchParams({ "a b": "ä&=" })),
    ),
  })
  .map(({ method, path, query: pairs, payload }): Asked => {
    const code = encodeURIComponent;
    const search = pairs.map(([name, value]) => `${code(name)}=${code(value)}`).join("&");
    const url = `https://models.test/${path.map(code).join("/")}${search && `?${search}`}`;
    // A GET has no body: an object would become its query, with a plus for a blank.
    return { method, url, payload: method === "GET" ? null : payload };
  });

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Amazon's SDK asks for a hash with this interface. */
class Sha256 {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(key));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}
const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

describe("Amazon's signature of the examples", () => {
  const keys = { accessKeyId: "AKID", secretAccessKey: "the-secret" };

  it("is that of Amazon's SDK, whatever is signed", async () => {
    const own = fc.constantFrom({ ...keys }, { ...keys, sessionToken: "a/session+token==" });
    await fc.assert(
      fc.asyncProperty(asked, own, async (some, credentials) => {
        const { url, headers, bytes } = await sent(some, (context) =>
          aws.signed(context, "bedrock", credentials),
        );
        const parameters: Record<string, string[]> = {};
        for (const [name, value] of url.searchParams) (parameters[name] ??= []).push(value);
        const signer = new SignatureV4({
          ...{ credentials, region: "us-east-1", service: "bedrock", sha256: Sha256 },
          applyChecksum: false,
        });
        const date = headers["x-amz-date"]!;
        const { headers: expected } = await signer.sign(
          {
            ...{ method: some.method, protocol: "https:", hostname: url.hostname },
            ...{ path: url.pathname, query: parameters, body: bytes },
            headers: { host: url.host, "content-type": headers["content-type"]! },
          },
          { signingDate: date.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:") },
        );
        expect(headers["authorization"]).toBe(expected["authorization"]);
        expect(headers["x-amz-security-token"]).toBe(expected["x-amz-security-token"]);
      }),
      budget(2),
    );
  });
});

describe("Tencent's signature of the examples", () => {
  it("is that of Tencent's SDK, whatever is signed", async () => {
    await fc.assert(
      fc.asyncProperty(
        asked.filter(({ method }) => method !== "PUT"),
        async (some) => {
          const { url, headers, bytes } = await sent(some, (context) =>
            tencent.signed(context, "hunyuan", { id: "the-id", key: "the-key" }),
          );
          const expected = TencentSign.sign3({
            ...{ method: some.method, url: url.href, payload: bytes, service: "hunyuan" },
            ...{ secretId: "the-id", secretKey: "the-key", multipart: false, boundary: "" },
            timestamp: Number(headers["x-tc-timestamp"]),
            headers: { "Content-Type": headers["content-type"]! },
          });
          expect(headers["authorization"]).toBe(expected);
        },
      ),
      budget(2),
    );
  });
});

describe("A signed request", () => {
  const fields = { baseUrl: "http://models.test", model: "m", endOfStream: "optional" } as const;
  it.each([
    [
      "BedrockChat",
      BedrockChat,
      "x-amz-date",
      "/20301231/",
      ["20301231T235959Z", "20310101T000001Z"],
    ],
    ["HunyuanChat", HunyuanChat, "x-tc-timestamp", "/2030-12-31/", ["1924991999", "1924992001"]],
  ] as const)("has a new date after a retry: %s", async (_, Model, header, day, dates) => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2030-12-31T23:59:59Z") });
    const transport = scriptedTransport((__, index) => {
      vi.setSystemTime(new Date("2031-01-01T00:00:01Z"));
      if (index === 0) return { status: 503, headers: { "retry-after-ms": "1" } };
      return { status: 400, body: "{}" };
    });
    await expect(new Model({ ...fields, transport }).invoke("x")).rejects.toThrow("400");
    expect(transport.requests.map(({ headers }) => headers[header])).toEqual(dates);
    const signatures = transport.requests.map(({ headers }) => headers["authorization"]);
    expect(signatures[0]).toContain(day);
    expect(new Set(signatures).size).toBe(2);
  });

  it("shows its keys to nobody", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "the-secret-of-aws");
    vi.stubEnv("TENCENT_SECRET_KEY", "the-secret-of-tencent");
    const transport = scriptedTransport(() => ({ status: 403, body: '{"message":"no"}' }));
    for (const Model of [BedrockChat, HunyuanChat]) {
      const model = new Model({ ...fields, transport });
      const error: unknown = await model.invoke("x").catch((caught: unknown) => caught);
      const shown = JSON.stringify([model, error]) + String(error);
      expect(shown).toContain("403");
      expect(shown).not.toMatch(/the-secret|Signature=/);
    }
  });
});
