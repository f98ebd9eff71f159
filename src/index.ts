export { HttpStreamingLLM } from "./models/http-streaming-llm.js";
export type {
  HttpStreamingLLMCallOptions,
  HttpStreamingLLMFields,
  ParsedChunk,
} from "./models/http-streaming-llm.js";
export type { ChatModelBinding, ModelBinding } from "./models/model-binding.js";
export { HttpStreamingChatModel } from "./models/http-streaming-chat-model.js";
export type {
  HttpStreamingChatModelCallOptions,
  HttpStreamingChatModelFields,
  ParsedChatChunk,
} from "./models/http-streaming-chat-model.js";
export { StreamedMessageChunk } from "./models/streamed-message.js";
export { toOpenAIMessages } from "./models/openai-messages.js";
export type {
  OpenAIAssistantMessage,
  OpenAICustomMessage,
  OpenAIMessage,
  OpenAIMessageOptions,
  OpenAISystemMessage,
  OpenAIToolMessage,
  OpenAIUserMessage,
} from "./models/openai-messages.js";
export type { OpenAIToolCall } from "./models/openai-tool-calls.js";
export type {
  OpenAIAudioPart,
  OpenAIContentPart,
  OpenAIFilePart,
  OpenAIImagePart,
  OpenAITextPart,
} from "./models/openai-content.js";
export { toOpenAIToolChoice, toToolDefinition } from "./models/tools.js";
export type { BoundTool, OpenAIToolChoice } from "./models/tools.js";
export type { ResponseFormat, StructuredOutputMethod } from "./models/structured-output.js";
export type { AnyObject, StructuredSchema } from "./models/schema.js";
export type { MaybePromise } from "./models/hooks.js";
export type { MessageTokens } from "./models/token-estimate.js";
export { StreamAbortError } from "./models/abort.js";

export type { AttemptContext, ChunkContext, ParsedError } from "./streaming/model-call.js";
export type { Continuation, ContinuationContext, PartialAnswer } from "./streaming/continuation.js";
export type {
  ProviderError,
  StreamDelta,
  TokenUsage,
  TokenUsageDetails,
  ToolCallDelta,
} from "./streaming/delta.js";
export type {
  AttemptDiagnostics,
  CallDiagnostics,
  ContinueDiagnostics,
  DiagnosticsMessages,
  FailureDiagnostics,
  CallOutcome,
  RetryDiagnostics,
} from "./streaming/diagnostics.js";
export type { EndOfStream } from "./streaming/answer-rules.js";
export type { HeaderSource, Limits, RequestSettings, Timeouts } from "./streaming/settings.js";
export type { DispatcherLike, TlsOptions } from "./transport/connection.js";

export { autoFormat } from "./formats/auto-format.js";
export { delimited } from "./formats/delimited.js";
export { jsonArray } from "./formats/json-array.js";
export { jsonLines } from "./formats/json-lines.js";
export { jsonSequence } from "./formats/json-sequence.js";
export { lines } from "./formats/lines.js";
export { sse } from "./formats/sse.js";
export type { JsonFormatOptions } from "./formats/json/json-parser.js";
export type { SseOptions } from "./formats/sse.js";
export type { SseEvent } from "./formats/sse-decoder.js";
export { text } from "./formats/text.js";
export type { Decoder, DecoderLimits, RecordEnvelope, StreamFormat } from "./formats/format.js";

export {
  ChunkParseError,
  ConnectionError,
  HookError,
  HttpStatusError,
  HttpStreamingError,
  ModelStreamError,
  RecordTooLargeError,
  ResponseTooLargeError,
  SynchronousHookError,
  TimeoutError,
  TruncatedStreamError,
  UnexpectedContentTypeError,
} from "./errors.js";
export type { ErrorCode, HttpStatusErrorDetails, TimeoutPhase } from "./errors.js";
