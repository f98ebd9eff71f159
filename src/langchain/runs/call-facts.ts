import type { Generation } from "@langchain/core/outputs";
import type { Delta } from "../../streaming/delta/delta.js";

/** Chunks that say nothing of the answer, only of its call. */
const factsOnly = /* @__PURE__ */ new WeakSet<object>();

/** Notes of a delta's chunk whether it says nothing of the answer. */
export function noteFactsOnly<Chunk extends object>(delta: Delta, chunk: Chunk): Chunk {
  if (delta.call !== undefined && Object.keys(delta).length === 2 && delta.text === "") {
    factsOnly.add(chunk);
  }
  return chunk;
}

/** Tells whether a chunk is no token: handlers find what it says in the answer that ends the run. */
export function isFactsOnly(chunk: Generation): boolean {
  return chunk.text === "" && factsOnly.has(chunk);
}
