import { fromBase64, toBase64, utf8Text } from "#runtime";
import type { ContentBlock, MessageContent } from "@langchain/core/messages";
import { HookError } from "../errors.js";
import { chooseFields, hasFields } from "../formats/fields.js";
import { parseDataUrl } from "./data-url.js";

/** Text. */
export interface OpenAITextPart {
  type: "text";
  text: string;
  /** Marks where the server may cache the prompt, for OpenRouter, LiteLLM and DashScope. */
  cache_control?: object;
}

/** An image: a URL, or its bytes as a `data:` URL. */
export interface OpenAIImagePart {
  type: "image_url";
  image_url: { url: string; detail?: "auto" | "low" | "high" };
  /** Marks where the server may cache the prompt, for OpenRouter, LiteLLM and DashScope. */
  cache_control?: object;
}

/** Audio: its bytes in base64. `"wav"` and `"mp3"` by OpenAI; some servers know more. */
export interface OpenAIAudioPart {
  type: "input_audio";
  input_audio: { data: string; format: "wav" | "mp3" | (string & Record<never, never>) };
  /** Marks where the server may cache the prompt, for OpenRouter, LiteLLM and DashScope. */
  cache_control?: object;
}

/** A file: its bytes as a `data:` URL, or the id under which the server has it. */
export interface OpenAIFilePart {
  type: "file";
  file: { file_data?: string; filename?: string; file_id?: string };
  /** Marks where the server may cache the prompt, for OpenRouter, LiteLLM and DashScope. */
  cache_control?: object;
}

/** One part of a message's content. */
export type OpenAIContentPart = OpenAITextPart | OpenAIImagePart | OpenAIAudioPart | OpenAIFilePart;

/** A block's data, whichever of LangChain's names (v1 `fileId`, v0 `source_type`) say it. */
interface BlockSource {
  readonly mimeType: string | undefined;
  /** The URL of the data, if the block does not hold it. */
  readonly url: string | undefined;
  readonly base64: string | undefined;
  readonly fileId: string | undefined;
  readonly text: string | undefined;
}

/**
 * Fields that wires know on any part: where to cache the prompt, for OpenRouter, LiteLLM and DashScope and for
 * OpenAI. All others on a block are LangChain's, or another provider's.
 */
const PART_FIELDS = ["cache_control", "prompt_cache_breakpoint"] as const;

/** The same for what is no text; under its `uuid`, vLLM keeps an image. */
const MEDIA_FIELDS = [...PART_FIELDS, "uuid"] as const;

/** The keys that LangChain writes on the blocks of an answer. */
const ANSWER_FIELDS: ReadonlySet<string> = new Set(["index", "annotations"]);

/** The formats of audio that OpenAI names, by the subtype of their media type. */
const AUDIO_FORMATS: Readonly<Record<string, "wav" | "mp3">> = {
  wav: "wav",
  wave: "wav",
  "x-wav": "wav",
  "vnd.wave": "wav",
  mp3: "mp3",
  mpeg: "mp3",
};

/**
 * Content as an OpenAI message has it: one string where it is text alone, for many servers' templates take
 * nothing else, and parts where there is more to say.
 *
 * @throws HookError when a block has no OpenAI form, or where these are no blocks.
 */
export function toOpenAIContent(content: MessageContent): string | OpenAIContentPart[] {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) {
    throw inexpressible(
      "content that is neither text nor a list of blocks",
      "Write anything else, an object of a tool's for example, as JSON text.",
    );
  }
  const parts = content.map(toOpenAIPart);
  return parts.every(isTextAlone) ? parts.map(({ text }) => text).join("") : parts;
}

function isTextAlone(part: OpenAIContentPart): part is OpenAITextPart {
  return part.type === "text" && Object.keys(part).length === 2;
}

function toOpenAIPart(block: ContentBlock): OpenAIContentPart {
  if (isOwnPart(block)) return ownPart(block);
  const part = foreignPart(block);
  const names = part.type === "text" ? PART_FIELDS : MEDIA_FIELDS;
  const fields = names.map((name) => [name, fieldOf(block, name)] as const);
  const known = fields.filter(([, value]) => value !== undefined && value !== null);
  return { ...part, ...Object.fromEntries(known) };
}

/** Both LangChain and OpenAI have blocks of type "file"; OpenAI's has a field of that name. */
function isOwnPart({ type, file }: ContentBlock): boolean {
  return type === "image_url" || type === "input_audio" || (type === "file" && hasFields(file));
}

/** A part that is in OpenAI's shape already. */
function ownPart(block: ContentBlock): OpenAIContentPart {
  const part = chooseFields(
    block,
    (name) => !ANSWER_FIELDS.has(name),
  ) as unknown as OpenAIContentPart;
  if (part.type !== "image_url") return part;
  const url = urlOf(part.image_url);
  return url === undefined ? part : { ...part, image_url: { url } };
}

function foreignPart(block: ContentBlock): OpenAIContentPart {
  const { type } = block;
  switch (type) {
    case "text":
      return textPart(block);
    case "text-plain":
      return plainTextPart(block);
    case "image":
      return imagePart(block);
    case "audio":
      return audioPart(block);
    case "file":
      return filePart(block);
    default:
      throw inexpressible(
        `a content block of type "${type}"`,
        "Send it as text, image, audio or file, or leave it out.",
      );
  }
}

/** A field of a block that LangChain's types do not have: beside theirs, or where they keep what is foreign. */
function fieldOf(block: ContentBlock, name: string): unknown {
  const places = [block, block.metadata, block.extras].filter(hasFields);
  return places.map((place) => place[name]).find((value) => value !== undefined);
}

function textPart(block: ContentBlock): OpenAITextPart {
  // A block that has only the annotations of a text before it has no text.
  const { text } = block;
  if (text === undefined || text === null) return { type: "text", text: "" };
  if (typeof text === "string") return { type: "text", text };
  throw inexpressible(`a text block with a text of type ${typeof text}`, "Give it a string.");
}

function plainTextPart(block: ContentBlock): OpenAITextPart {
  const { text, base64 } = sourceOf(block);
  if (text !== undefined) return { type: "text", text };
  if (base64 !== undefined) {
    return { type: "text", text: utf8Text(fromBase64(base64)) };
  }
  throw inexpressible("a text-plain block without text", "Give the block its text, or its data.");
}

function imagePart(block: ContentBlock): OpenAIImagePart {
  const source = sourceOf(block);
  const url = source.url ?? dataUrl(source, "image");
  const detail = fieldOf(block, "detail") as "auto" | "low" | "high" | undefined;
  if (url !== undefined) {
    return { type: "image_url", image_url: { url, ...(detail !== undefined && { detail }) } };
  }
  throw inexpressible("an image without a url or data", "Give the block a url, or its data.");
}

function audioPart(block: ContentBlock): OpenAIAudioPart {
  const { base64, mimeType } = sourceOf(block);
  if (base64 === undefined) {
    throw inexpressible("audio without its data", "Fetch it, and give the block its data.");
  }
  const subtype = mimeType?.toLowerCase().replace(/^audio\/|;.*/gs, "") ?? "";
  const format = AUDIO_FORMATS[subtype];
  if (format !== undefined) return { type: "input_audio", input_audio: { data: base64, format } };
  throw inexpressible(
    `audio of the media type "${mimeType ?? ""}"`,
    'Give wav or mp3 (mimeType "audio/wav", "audio/mpeg"), or write { type: "input_audio", input_audio: { data, format } } for a server that knows the format.',
  );
}

function filePart(block: ContentBlock): OpenAITextPart | OpenAIFilePart {
  const source = sourceOf(block);
  if (source.text !== undefined) return { type: "text", text: source.text };
  if (source.fileId !== undefined) return { type: "file", file: { file_id: source.fileId } };
  const file_data = dataUrl(source, "file");
  if (file_data === undefined) {
    throw inexpressible("a file by its url", "Fetch it, and give the block its data.");
  }
  const filename = filenameOf(block);
  return { type: "file", file: { file_data, ...(filename !== undefined && { filename }) } };
}

function filenameOf(block: ContentBlock): string | undefined {
  const names = ["filename", "name", "title"].map((name) => fieldOf(block, name));
  return names.find((name) => typeof name === "string");
}

function dataUrl({ base64, mimeType }: BlockSource, what: string): string | undefined {
  if (base64 === undefined) return undefined;
  if (mimeType !== undefined) return `data:${mimeType};base64,${base64}`;
  throw inexpressible(`${what} data without a mimeType`, 'Give the block one, "image/png" e.g.');
}

function sourceOf(block: ContentBlock): BlockSource {
  const data = block.data instanceof Uint8Array ? toBase64(block.data) : stringOf(block.data);
  const url = urlOf(block.url);
  // Data may be in a URL, and a URL where the data should be.
  const inUrl = parseDataUrl(url ?? data ?? "");
  return {
    mimeType: stringOf(block.mimeType ?? block.mime_type) ?? inUrl?.mimeType,
    url: inUrl === undefined ? url : undefined,
    base64: inUrl?.base64 ?? data,
    fileId: stringOf(block.fileId ?? (block.source_type === "id" ? block.id : undefined)),
    text: stringOf(block.text),
  };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function urlOf(value: unknown): string | undefined {
  return value instanceof URL ? value.href : stringOf(value);
}

/** The error for what the wire cannot say. */
export function inexpressible(what: string, instead: string): HookError {
  return new HookError(
    "buildPayload",
    `toOpenAIMessages: ${what} has no form in the OpenAI-compatible chat API. ${instead}`,
  );
}
