import { AIMessageChunk } from "@langchain/core/messages";
import type { GenerationChunk, LLMResult } from "@langchain/core/outputs";
import { chooseFields } from "../../formats/fields.js";
import { TextDelta, type Delta } from "../../streaming/delta/delta.js";
import { Rope } from "../../streaming/text/rope.js";
import type { AnswerAccumulator } from "../answer-kind.js";
import { joinLogprobs } from "../logprobs.js";
import { infoOf, StreamedGenerationChunk, toGenerationChunk, tokenOf } from "./generation-chunk.js";
import { llmOutput } from "./llm-output.js";

/** Puts the deltas of one answer together: text and reasoning are joined, other facts overwritten. */
export class GenerationAccumulator implements AnswerAccumulator<GenerationChunk, string> {
  readonly #text = new Rope();
  #info: Record<string, unknown> = {};
  readonly #reasoning = new Rope();
  #logprobs: unknown;
  /** The facts that a field of a delta has said. */
  readonly #said = new Set<string>();

  /** The text so far. */
  get text(): string {
    return this.#text.toString();
  }

  /** Forgets the answer so far: it begins anew. */
  restart(): void {
    this.#text.clear();
    this.#reasoning.clear();
    this.#info = {};
    this.#said.clear();
    this.#logprobs = undefined;
  }

  add(given: Delta): GenerationChunk {
    const delta = this.#ownFirst(given);
    this.#collect(delta);
    return toGenerationChunk(delta);
  }

  addOutput(delta: Delta): string | undefined {
    this.collect(delta);
    return tokenOf(delta);
  }

  collect(delta: Delta): void {
    this.#collect(this.#ownFirst(delta));
  }

  /** What the delta's own fields have said is not said again, otherwise, by metadata of later records. */
  #ownFirst(delta: Delta): Delta {
    if (delta instanceof TextDelta) return delta;
    const { id, model, metadata } = delta;
    if (id !== undefined) this.#said.add("id");
    if (model !== undefined) this.#said.add("model");
    if (metadata === undefined || this.#said.size === 0) return delta;
    return { ...delta, metadata: chooseFields(metadata, (name) => !this.#said.has(name)) };
  }

  #collect(delta: Delta): void {
    this.#text.add(delta.text);
    if (delta.reasoning !== undefined) this.#reasoning.add(delta.reasoning);
    const info = infoOf(delta);
    if (info === undefined) return;
    const { logprobs, ...facts } = info;
    if (logprobs !== undefined) this.#logprobs = joinLogprobs(this.#logprobs, logprobs);
    Object.assign(this.#info, facts);
  }

  /** All that has been added so far. */
  generation(): GenerationChunk {
    const reasoning = this.#reasoning.toString();
    if (reasoning !== "") this.#info.reasoning = reasoning;
    const logprobs = this.#logprobs;
    if (logprobs !== undefined) this.#info.logprobs = logprobs;
    return new StreamedGenerationChunk({ text: this.text, generationInfo: { ...this.#info } });
  }

  result(): LLMResult {
    const generation = this.generation();
    return { generations: [[generation]], llmOutput: llmOutput([generation]) };
  }

  message(): AIMessageChunk {
    return new AIMessageChunk({ content: this.text });
  }

  output(): string {
    return this.text;
  }
}
