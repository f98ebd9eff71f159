import { describe, expectTypeOf, it } from "vitest";
import type {
  AwsEventStreamOptions,
  ConnectionOptions,
  Continuation,
  Decoder,
  FetchTransportOptions,
  HookRequest,
  HttpStatusErrorDetails,
  HttpStreamingChatModelCallOptions,
  IssuedToken,
  JsonFormatOptions,
  Limits,
  NextRequest,
  ParsedError,
  ProviderError,
  RecordEnvelope,
  RequestSettings,
  SharedTokenOptions,
  SseOptions,
  StreamDelta,
  StreamFormat,
  Timeouts,
  TlsOptions,
  TokenUsage,
  TokenUsageDetails,
  ToolCallDelta,
  Transport,
  UndiciTransportOptions,
} from "../../../src/index.js";
import type { OpenAIMessageOptions } from "../../../src/openai/index.js";
import type { ScriptedResponse } from "../../../src/testing/index.js";

/** The optional fields that refuse `undefined` under `exactOptionalPropertyTypes`. */
type Refusing<T> = {
  [Key in keyof T]-?: Partial<Pick<T, Key>> extends Pick<T, Key>
    ? undefined extends Required<T>[Key]
      ? never
      : Key
    : never;
}[keyof T];

describe("The types of what users write", () => {
  it("would show an optional field that refuses undefined", () => {
    expectTypeOf<
      Refusing<{ a?: string; b: string; c?: string | undefined }>
    >().toEqualTypeOf<"a">();
  });

  it("take undefined for every optional field, as a variable of the environment has it", () => {
    expectTypeOf<Refusing<RequestSettings>>().toBeNever();
    expectTypeOf<Refusing<Timeouts>>().toBeNever();
    expectTypeOf<Refusing<Limits>>().toBeNever();
    expectTypeOf<Refusing<TlsOptions>>().toBeNever();
    expectTypeOf<Refusing<ConnectionOptions>>().toBeNever();
    expectTypeOf<Refusing<UndiciTransportOptions>>().toBeNever();
    expectTypeOf<Refusing<FetchTransportOptions>>().toBeNever();
    expectTypeOf<Refusing<Transport>>().toBeNever();
    expectTypeOf<Refusing<JsonFormatOptions>>().toBeNever();
    expectTypeOf<Refusing<SseOptions>>().toBeNever();
    expectTypeOf<Refusing<AwsEventStreamOptions>>().toBeNever();
    expectTypeOf<Refusing<StreamFormat<string>>>().toBeNever();
    expectTypeOf<Refusing<Decoder<string>>>().toBeNever();
    expectTypeOf<Refusing<RecordEnvelope>>().toBeNever();
    expectTypeOf<Refusing<SharedTokenOptions>>().toBeNever();
    expectTypeOf<Refusing<IssuedToken>>().toBeNever();
    expectTypeOf<Refusing<HookRequest>>().toBeNever();
    expectTypeOf<Refusing<NextRequest>>().toBeNever();
    expectTypeOf<Refusing<Continuation>>().toBeNever();
    expectTypeOf<Refusing<StreamDelta>>().toBeNever();
    expectTypeOf<Refusing<ToolCallDelta>>().toBeNever();
    expectTypeOf<Refusing<TokenUsage>>().toBeNever();
    expectTypeOf<Refusing<TokenUsageDetails>>().toBeNever();
    expectTypeOf<Refusing<ProviderError>>().toBeNever();
    expectTypeOf<Refusing<ParsedError>>().toBeNever();
    expectTypeOf<Refusing<HttpStatusErrorDetails>>().toBeNever();
    expectTypeOf<Refusing<OpenAIMessageOptions>>().toBeNever();
    expectTypeOf<Refusing<ScriptedResponse>>().toBeNever();
    type Own = "tools" | "strict" | "response_format";
    expectTypeOf<Refusing<Pick<HttpStreamingChatModelCallOptions, Own>>>().toBeNever();
  });
});
