export { autoFormat } from "./formats/auto-format.js";
export { awsEventStream } from "./formats/aws-event-stream.js";
export type { AwsEventStreamOptions } from "./formats/aws-event-stream.js";
export type { AwsEvent } from "./formats/aws/frames.js";
export type { AwsEventHeader } from "./formats/aws/headers.js";
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

export { HttpStreamingLLM } from "./langchain/http-streaming-llm.js";
export type { ChatModelBinding, ModelBinding } from "./langchain/model-binding.js";
export { HttpStreamingChatModel } from "./langchain/http-streaming-chat-model.js";
export type {
  HttpStreamingChatModelCallOptions,
  HttpStreamingChatModelFields,
  HttpStreamingLLMCallOptions,
  HttpStreamingLLMFields,
} from "./langchain/model-fields.js";
export { StreamedMessageChunk } from "./langchain/chat/streamed-message-chunk.js";
export { toToolDefinition } from "./langchain/chat/tool-definitions.js";
export type { BoundTool } from "./langchain/chat/tool-definitions.js";
export type { ResponseFormat, StructuredOutputMethod } from "./langchain/chat/structured-output.js";
export type { AnyObject, StructuredSchema } from "./langchain/chat/schema.js";
export type { ParsedChatChunk, ParsedChunk } from "./langchain/hooks.js";
export { StreamAbortError } from "./langchain/runs/abort-error.js";

export type {
  AttemptContext,
  ChunkContext,
  HeaderSource,
  HookRequest,
  HookResponse,
  MaybePromise,
  NextRequest,
  ParsedError,
  PayloadContext,
  RequestContext,
  RequestMethod,
  StepContext,
} from "./streaming/hooks/hook-types.js";
export { sharedToken } from "./streaming/side/shared-token.js";
export type { SharedToken, SharedTokenOptions } from "./streaming/side/shared-token.js";
export type { IssuedToken } from "./streaming/side/token-store.js";
export type {
  Continuation,
  ContinuationContext,
  PartialAnswer,
} from "./streaming/answer/continuation.js";
export type {
  ProviderError,
  StreamDelta,
  TokenUsage,
  TokenUsageDetails,
  ToolCallDelta,
} from "./streaming/delta/stream-delta.js";
export type {
  AttemptDiagnostics,
  CallDiagnostics,
  ContinueDiagnostics,
  DiagnosticsMessages,
  FailureDiagnostics,
  CallOutcome,
  RetryDiagnostics,
} from "./streaming/diagnostics/diagnostics.js";
export type { Limits, RequestSettings, Timeouts } from "./streaming/settings/settings.js";
export { undiciTransport } from "#platform";
export type { UndiciTransportOptions } from "./transport/undici/index.js";
export { fetchTransport } from "./transport/fetch/index.js";
export type { FetchTransportOptions } from "./transport/fetch/index.js";
export type {
  BodyReader,
  Deadline,
  Exchange,
  HttpRequest,
  ResponseHead,
  SyncExchange,
  Transport,
} from "./transport/transport.js";
export type {
  ConnectionOptions,
  DispatcherLike,
  NamedProxy,
  ProxyEnvironment,
  TlsOptions,
} from "./transport/connection.js";

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
