import { fileURLToPath } from "node:url";
import type { LLMResult } from "@langchain/core/outputs";
import type { HttpStreamingLLM } from "http-streaming-llm";

/** How an answer is drawn: in the constructor for all of them, in the call options for one. */
export interface Sampling {
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** The same question and seed give the same answer, where the server can do that. */
  readonly seed?: number;
}

export const PROMPT = "Once upon a time the Mad Hatter";

/** Whether a module is the program that was started, and not imported by another. */
export function isMain(meta: ImportMeta): boolean {
  return process.argv[1] === fileURLToPath(meta.url);
}

/** Shows where an answer broke off. */
export function onFailedAttempt(): void {
  process.stdout.write(" ⚡");
}

/** Asks a model on both paths and shows its tokens as they come. */
export async function show<StreamRecord>(llm: HttpStreamingLLM<StreamRecord>): Promise<void> {
  console.log(`${llm.constructor.name} at ${String(llm.endpoint)}`);

  console.log(`\nstream: ${PROMPT} …`);
  let result: LLMResult | undefined;
  const callbacks = [{ handleLLMEnd: (output: LLMResult) => void (result = output) }];
  for await (const token of await llm.stream(PROMPT, { callbacks })) process.stdout.write(token);
  console.log(`\n(${JSON.stringify(result?.llmOutput)})`);

  console.log(`\nstreamSync: ${PROMPT} …`);
  for (const token of llm.streamSync(PROMPT)) process.stdout.write(token);
  console.log();
}
