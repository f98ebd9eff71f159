import { isDeepEqual } from "../../formats/deep-equal.js";
import { setOwn } from "../../formats/fields.js";
import type { DeltaParts } from "../delta/delta.js";
import type { StreamDelta } from "../delta/stream-delta.js";

/** What is said of an answer besides its content, each fact once: id, model and metadata. */
export class AnswerFacts {
  /** The provider's id of the answer. */
  id: string | undefined;
  #model: string | undefined;
  readonly #metadata = new Map<string, unknown>();

  /** The facts of a delta that were not known; `undefined` for none. */
  newIn({ id, model, metadata }: StreamDelta): DeltaParts | undefined {
    let news: DeltaParts | undefined;
    if (id && this.id === undefined) (news ??= {}).id = this.id = id;
    if (model && this.#model === undefined) (news ??= {}).model = this.#model = model;
    const newMetadata = metadata && this.#newMetadata(metadata);
    if (newMetadata) (news ??= {}).metadata = newMetadata;
    return news;
  }

  /** Providers repeat facts on every record, and LangChain would join the repetitions to one long string. */
  #newMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
    let news: Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(metadata)) {
      if (value === null || value === undefined) continue;
      if (isDeepEqual(this.#metadata.get(key), value)) continue;
      this.#metadata.set(key, value);
      setOwn((news ??= {}), key, value);
    }
    return news;
  }
}
