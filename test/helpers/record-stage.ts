import { AnswerRules, type AnswerParts } from "../../src/streaming/answer/answer-rules.js";
import { RecordStage, type RecordStageParts } from "../../src/streaming/answer/record-stage.js";
import { ToolCallAssembler } from "../../src/streaming/answer/tool-call-assembler.js";

/** The parts of a stage, and of the answer whose records it reads. */
export type StageParts<R> = Partial<Omit<RecordStageParts<R>, "decoder" | "answer">> &
  Pick<RecordStageParts<R>, "decoder"> &
  Partial<AnswerParts> & {
    /** The hook of an answer in one piece. */
    readonly hook?: string;
  };

/** A stage with an answer of its own, whose records are its deltas if `parseChunk` does not say otherwise. */
export function recordStage<R>({ hook, ...parts }: StageParts<R>): RecordStage<R> {
  const answer = new AnswerRules({
    deltaRules: { toolCalls: () => new ToolCallAssembler() },
    stop: [],
    endOfStream: undefined,
    keepsReasoning: false,
    redact: (text) => text,
    ...parts,
  });
  if (hook !== undefined) answer.becomeWhole(hook);
  const { maxResponseBytes = Infinity, parseChunk = (record) => record, ...rest } = parts;
  return new RecordStage<R>({ ...rest, answer, parseChunk, maxResponseBytes });
}
