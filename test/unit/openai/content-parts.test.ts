import {
  AIMessage,
  ChatMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
  type ContentBlock,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { toOpenAIContent } from "../../../src/openai/content-parts.js";
import { toOpenAIMessages, type OpenAIMessage } from "http-streaming-llm/openai";

const one = (message: BaseMessage): OpenAIMessage => toOpenAIMessages([message])[0]!;
const user = (...content: ContentBlock[]) => one(new HumanMessage({ content })).content;
const PNG = "iVBORw0KGgo=";

describe("toOpenAIContent", () => {
  it("gives content that is text alone as one string, whatever the role", () => {
    const content = [
      { type: "text", text: "Be " },
      { type: "text-plain", text: "brief.", title: "a note" },
      { type: "text", text: "" },
    ];
    const messages = [
      new SystemMessage({ content }),
      new SystemMessage({ content, additional_kwargs: { __openai_role__: "developer" } }),
      new HumanMessage({ content }),
      new AIMessage({ content }),
      new AIMessage({ content, response_metadata: { output_version: "v1" } }),
      new ToolMessage({ content, tool_call_id: "a" }),
      new ChatMessage({ content, role: "document" }),
    ];
    expect(toOpenAIMessages(messages).map((message) => message.content)).toEqual(
      messages.map(() => "Be brief."),
    );
    for (const Class of [SystemMessage, HumanMessage, AIMessage]) {
      expect(one(new Class({ content: [] })).content).toBe("");
    }
  });

  it("gives text without what only LangChain or another provider knows", () => {
    const cited = { type: "text", annotations: [{ type: "citation", url: "https://example.com" }] };
    const blocks: [ContentBlock, string][] = [
      [{ type: "text", text: "a", index: 0, id: "b1", annotations: [] }, "a"],
      [{ type: "text", text: "a", citations: [{}], metadata: { page: 1 }, extras: { x: 1 } }, "a"],
      [{ type: "text", source_type: "text", text: "a", mime_type: "text/plain" }, "a"],
      [{ type: "text-plain", data: Buffer.from("蓝").toString("base64"), mimeType: "x/y" }, "蓝"],
      [{ type: "text-plain", url: "data:,a%20b" }, "a b"],
      [{ type: "file", source_type: "text", text: "c" }, "c"],
    ];
    for (const [block, text] of blocks) {
      expect(user(block)).toBe(text);
      expect(user(block, cited)).toBe(text);
    }
  });

  it("keeps the list for what the wire knows of a part", () => {
    const cache_control = { type: "ephemeral" };
    const part = { type: "text", text: "Be brief.", cache_control };
    const blocks = [
      { ...part, index: 0, annotations: [] },
      { type: "text", text: "Be brief.", metadata: { cache_control } },
      { type: "text", text: "Be brief.", extras: { cache_control } },
      { type: "text-plain", text: "Be brief.", cache_control },
    ];
    for (const block of blocks) {
      const content = [block, { type: "text", text: "Go.", cache_control: null }];
      const messages = [
        new SystemMessage({ content }),
        new HumanMessage({ content }),
        new AIMessage({ content }),
        new AIMessage({ content, response_metadata: { output_version: "v1" } }),
        new ToolMessage({ content, tool_call_id: "a" }),
        new ChatMessage({ content, role: "document" }),
      ];
      for (const message of messages) {
        expect(one(message).content).toEqual([part, { type: "text", text: "Go." }]);
      }
    }
    const marked = { type: "text", text: "a", prompt_cache_breakpoint: { mode: "explicit" } };
    expect(user(marked)).toEqual([marked]);
    const url = "https://example.com/a.png";
    expect(user({ type: "image", url, cache_control, uuid: "a" })).toEqual([
      { type: "image_url", image_url: { url }, cache_control, uuid: "a" },
    ]);
    expect(user({ type: "file", fileId: "f", cache_control })).toEqual([
      { type: "file", file: { file_id: "f" }, cache_control },
    ]);
    expect(user({ type: "audio", data: "UklG", mimeType: "audio/wav", cache_control })).toEqual([
      { type: "input_audio", input_audio: { data: "UklG", format: "wav" }, cache_control },
    ]);
  });

  it("keeps text beside other parts in the list", () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const text = { type: "text", text: "this" };
    for (const Class of [HumanMessage, AIMessage]) {
      const content = [{ ...text, index: 0 }, { ...image, index: 1 }, text];
      expect(one(new Class({ content })).content).toEqual([text, image, text]);
    }
  });

  it("gives images, in whichever of LangChain's forms they are", () => {
    const byUrl = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    const byData = { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } };
    const url = "https://example.com/a.png";
    expect(
      user(
        { type: "image", url },
        { type: "image", source_type: "url", url },
        { type: "image_url", image_url: url },
        { type: "image_url", image_url: new URL(url) },
        { type: "image", url: new URL(url) },
        { type: "image_url", image_url: { url } },
      ),
    ).toEqual(Array<object>(6).fill(byUrl));
    expect(
      user(
        { type: "image", data: PNG, mimeType: "image/png" },
        { type: "image", data: Uint8Array.from(Buffer.from(PNG, "base64")), mimeType: "image/png" },
        { type: "image", source_type: "base64", data: PNG, mime_type: "image/png" },
        { type: "image", data: `data:image/png;base64,${PNG}` },
        { type: "image", url: `data:image/png;base64,${PNG}` },
        { type: "image", source_type: "url", url: `data:image/png;base64,${PNG}` },
        { type: "image", url: `data:;base64,${PNG}`, mimeType: "image/png" },
      ),
    ).toEqual(Array(7).fill(byData));
    const svg = Buffer.from("<svg>é</svg>").toString("base64");
    expect(user({ type: "image", url: "data:image/svg+xml;utf8,%3Csvg%3Eé</svg%3e" })).toEqual([
      { type: "image_url", image_url: { url: `data:image/svg+xml;utf8;base64,${svg}` } },
    ]);
    const detailed = { type: "image_url", image_url: { url, detail: "low" } };
    expect(
      user(
        detailed,
        { type: "image", url, detail: "low" },
        { type: "image", url, metadata: { detail: "low" } },
        { type: "image", source_type: "url", url, metadata: { detail: "low" } },
      ),
    ).toEqual([detailed, detailed, detailed, detailed]);
  });

  it("gives audio with its format", () => {
    const wav = { type: "input_audio", input_audio: { data: "UklG", format: "wav" } };
    const mp3 = { type: "input_audio", input_audio: { data: "UklG", format: "mp3" } };
    const audio = (mimeType: string) => ({ type: "audio", data: "UklG", mimeType });
    expect(user(audio("audio/wav"), audio("audio/x-wav"), audio("audio/WAV; rate=8000"))).toEqual([
      wav,
      wav,
      wav,
    ]);
    const v0 = { type: "audio", source_type: "base64", data: "UklG", mime_type: "audio/mpeg" };
    expect(user(audio("audio/mp3"), v0)).toEqual([mp3, mp3]);
    expect(
      user(
        { type: "audio", url: "data:audio/mpeg;base64,UklG" },
        { type: "audio", source_type: "url", url: "data:audio/mp3;base64,UklG" },
        { type: "audio", data: "data:audio/mpeg;base64,UklG" },
        { type: "audio", data: "DATA:application/octet-stream;BASE64,UklG", mimeType: "audio/mp3" },
      ),
    ).toEqual([mp3, mp3, mp3, mp3]);
    const flac = { type: "input_audio", input_audio: { data: "ZkxhQw==", format: "flac" } };
    expect(user(flac)).toEqual([flac]);
  });

  it("gives files by data or by the server's id", () => {
    const file_data = "data:application/pdf;base64,JVBERg==";
    const pdf = { type: "file", data: "JVBERg==", mimeType: "application/pdf" };
    const v0 = { source_type: "base64", mime_type: "application/pdf", data: pdf.data };
    expect(
      user(
        pdf,
        { ...pdf, metadata: { filename: "a.pdf" } },
        { type: "file", ...v0, metadata: { name: "b.pdf" } },
        { type: "file", fileId: "file-1" },
        { type: "file", source_type: "id", id: "file-2" },
        { type: "file", url: file_data },
        { type: "file", source_type: "url", url: file_data, metadata: { filename: "a.pdf" } },
        { type: "file", data: file_data },
        { type: "file", url: "data:application/pdf,%25PDF%C3%BF" },
      ),
    ).toEqual([
      { type: "file", file: { file_data } },
      { type: "file", file: { file_data, filename: "a.pdf" } },
      { type: "file", file: { file_data, filename: "b.pdf" } },
      { type: "file", file: { file_id: "file-1" } },
      { type: "file", file: { file_id: "file-2" } },
      { type: "file", file: { file_data } },
      { type: "file", file: { file_data, filename: "a.pdf" } },
      { type: "file", file: { file_data } },
      { type: "file", file: { file_data: "data:application/pdf;base64,JVBERsO/" } },
    ]);
    const own = { type: "file", file: { file_id: "file-3" } };
    expect(user(own)).toEqual([own]);
  });
});

describe("toOpenAIContent by itself", () => {
  it("leaves a text as it is, and joins texts", () => {
    expect(toOpenAIContent("text")).toBe("text");
    expect(toOpenAIContent([])).toBe("");
    expect(
      toOpenAIContent([
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ]),
    ).toBe("ab");
  });
});
