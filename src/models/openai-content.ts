import type { ContentBlock } from "@langchain/core/messages";
import { HookError } from "../errors.js";

/** Text. */
export interface OpenAITextPart {
  type: "text";
  text: string;
}

/** An image: a URL, or its bytes as a `data:` URL. */
export interface OpenAIImagePart {
  type: "image_url";
  image_url: { url: string; detail?: "auto" | "low" | "high" };
}

/** Audio: its bytes in base64. `"wav"` and `"mp3"` by OpenAI; some servers know more. */
export interface OpenAIAudioPart {
  type: "input_audio";
  input_audio: { data: string; format: "wav" | "mp3" | (string & Record<never, never>) };
}

/** A file: its bytes as a `data:` URL, or the id under which the server has it. */
export interface OpenAIFilePart {
  type: "file";
  file: { file_data?: string; filename?: string; file_id?: string };
}

/** One part of a message's content. */
export type OpenAIContentPart = OpenAITextPart | OpenAIImagePart | OpenAIAudioPart | OpenAIFilePart;

/** A block's data, whichever of LangChain's names (v1 `fileId`, v0 `source_type`) say it. */
interface BlockSource {
  readonly mimeType: string | undefined;
  readonly url: string | undefined;
  readonly base64: string | undefined;
  readonly fileId: string | undefined;
  readonly text: string | undefined;
}

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
 * A content block as a part of an OpenAI message.
 *
 * @throws HookError when the block has no OpenAI form.
 */
export function toOpenAIPart(block: ContentBlock): OpenAIContentPart {
  const { type } = block;
  switch (type) {
    case "text":
      return { type, text: String(block.text) };
    case "text-plain":
      return textPart(block);
    case "image":
      return imagePart(block);
    case "audio":
      return audioPart(block);
    case "file":
      // Both LangChain and OpenAI call it "file"; OpenAI's has a field of that name.
      return isObject(block.file) ? (block as unknown as OpenAIFilePart) : filePart(block);
    case "image_url":
      return typeof block.image_url === "string"
        ? { type, image_url: { url: block.image_url } }
        : (block as unknown as OpenAIImagePart);
    case "input_audio":
      return block as unknown as OpenAIAudioPart;
    default:
      throw inexpressible(
        `a content block of type "${type}"`,
        "Send it as text, image, audio or file, or leave it out.",
      );
  }
}

function textPart(block: ContentBlock): OpenAITextPart {
  const { text, base64 } = sourceOf(block);
  if (text !== undefined) return { type: "text", text };
  if (base64 !== undefined) {
    return { type: "text", text: Buffer.from(base64, "base64").toString() };
  }
  throw inexpressible("a text-plain block without text", "Give the block its text, or its data.");
}

function imagePart(block: ContentBlock): OpenAIImagePart {
  const source = sourceOf(block);
  const url = source.url ?? dataUrl(source, "image");
  if (url !== undefined) return { type: "image_url", image_url: { url } };
  throw inexpressible("an image without a url or data", "Give the block a url, or its data.");
}

function audioPart(block: ContentBlock): OpenAIAudioPart {
  const { base64, mimeType } = sourceOf(block);
  if (base64 === undefined) {
    throw inexpressible("audio without its data", "Fetch it, and give the block its data.");
  }
  const subtype = mimeType?.toLowerCase().replace(/^audio\/|;.*$/g, "") ?? "";
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

function filenameOf({ filename, metadata }: ContentBlock): string | undefined {
  const about = isObject(metadata) ? metadata : {};
  return [filename, about.filename, about.name, about.title].find(
    (name) => typeof name === "string",
  );
}

function dataUrl({ base64, mimeType }: BlockSource, what: string): string | undefined {
  if (base64 === undefined || base64.startsWith("data:")) return base64;
  if (mimeType !== undefined) return `data:${mimeType};base64,${base64}`;
  throw inexpressible(`${what} data without a mimeType`, 'Give the block one, "image/png" e.g.');
}

function sourceOf(block: ContentBlock): BlockSource {
  const { data } = block;
  return {
    mimeType: stringOf(block.mimeType ?? block.mime_type),
    url: stringOf(block.url),
    base64: data instanceof Uint8Array ? Buffer.from(data).toString("base64") : stringOf(data),
    fileId: stringOf(block.fileId ?? (block.source_type === "id" ? block.id : undefined)),
    text: stringOf(block.text),
  };
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The error for what the wire cannot say. */
export function inexpressible(what: string, instead: string): HookError {
  return new HookError(
    "buildPayload",
    `toOpenAIMessages: ${what} has no form in the OpenAI-compatible chat API. ${instead}`,
  );
}
