export { toOpenAIMessages } from "./messages.js";
export type {
  OpenAIAssistantMessage,
  OpenAICustomMessage,
  OpenAIMessage,
  OpenAIMessageOptions,
  OpenAISystemMessage,
  OpenAIToolMessage,
  OpenAIUserMessage,
} from "./messages.js";
export type { OpenAIToolCall } from "./tool-calls.js";
export type {
  OpenAIAudioPart,
  OpenAIContentPart,
  OpenAIFilePart,
  OpenAIImagePart,
  OpenAITextPart,
} from "./content-parts.js";
export { toOpenAIToolChoice } from "./tool-choice.js";
export type { OpenAIToolChoice } from "./tool-choice.js";
