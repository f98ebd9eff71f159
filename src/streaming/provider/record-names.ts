/**
 * Tells by the name of an event, a record or a field whether it is about the answer, or about what happens while the
 * answer is made, which may fail without it. The less clearly a record is an error, the more names
 * speak against it.
 *
 * | the error is | is none in what is named after |
 * | --- | --- |
 * | a field `error` | a tool |
 * | made of other fields (`code`, `status`, `message`) | a tool, another part |
 * | made of other fields, in a record with a `type` | a tool, another part, what only tells how it goes |
 * | in a field of the answer's last record | a tool, another part, what goes on beside the answer |
 */

/** A tool, whose failure is the model's to answer, or a warning. */
const TOOL = /tool|function|warn/i;
/** Other parts of the making of an answer. */
const PART = /call|step|node|moderat|retriev|search/i;
/** What goes on beside the answer, which is whole without it: checks of the text, what is made of it, accounts of it. */
const ASIDE =
  /filter|guard|safety|(^|_)(audio|speech|tts)(_|$)|title|suggest|follow_?up|related|source|citation|reference|cache|memory|plugin|eval|feedback|telemetry|trac(e|ing)(_|$)|(^|_)log(s|ging)?(_|$)|metric|usage|billing|subscription|previous/i;
/** How it goes. An event of such a name may be the place where a server says that it failed. */
const PROGRESS = /task|status|progress/i;
/** Who else speaks in a record, or what else than the answer is told. */
const OTHERS =
  /^(human|user|system|developer|tool(_re\w+)?|analysis|commentary|context|documents?|knowledge|metadata|prompt|query|verbose)$|^data-|user_|think|thought|reason|audio|transcript|refus/i;
/** The end of an answer, or of all that makes it. */
const END =
  /^(((thread|conversation)\.)?(answer|chat|completion|conversation|generation|interaction|prediction|process|response|run|stream|workflow)[._-]?|message[._-]?)?(end(ed)?|done|finish(ed)?|(in)?completed?|stop(ped)?)$/i;
/** A word in brackets that stands for an end, as `[DONE]` or `<|end|>`, and names that come last, where they come. */
const LAST = /^[[<][|"/]?\w+[|"]?[\]>]$|^(closed?|final([._-]?\w+)?|eo[fs])$/i;

/**
 * Says that an event or a record is called a failure of the answer. What failed within an answer, a tool or a step, is
 * another matter: `response.mcp_call.failed`, `tool-output-error`.
 */
export const isFailureName = /* @__PURE__ */ like(
  /^(error|exception|fail(ed|ure)|abort(ed)?|cancell?ed|((thread|conversation)\.)?(response|run|chat|stream|conversation|workflow)[._-]?(error|failed|expired|aborted|cancell?ed))$/i,
);

/** Says that an event or a record is called the end of the answer. */
export const isEndName = /* @__PURE__ */ like(END);

/** Says that an event, a record or a text is called the end of the answer, or what comes last. */
export const isLastName = /* @__PURE__ */ like(END, LAST);

/**
 * Says that an event or a record is called the beginning of an answer whose end has a name, too, as a protocol writes
 * it. What an author calls `start`, `workflow_started` or `answer_start` may end without a word.
 */
export const isBeginName = /* @__PURE__ */ like(
  /^(message([_-]s|S)tart|start-step|RUN_STARTED|process_starts|(chat|interaction)\.start|conversation\.response\.started|(response|thread\.run|conversation\.chat)\.(created|queued|in_progress))$/,
);

/** Says that a field is `false` in each record of an answer but the last: Ollama, Baidu, Cohere, llama.cpp, LightLLM, Coze. */
export const isEndFlag = /* @__PURE__ */ like(
  /^(is_?)?(closed?|done|end(ed)?|final|finish(ed)?|stop)$|^is_?last$/i,
);

/** Says that an event or a record is about a tool. */
export const isToolName = /* @__PURE__ */ like(TOOL);

/** Says that an event or a field is about a part of the answer's making: a tool, a step. */
export const isPartName = /* @__PURE__ */ like(TOOL, PART);

/** Says that a field of an answer's last record is about such a part, or about what goes on beside the answer. */
export const isAsideName = /* @__PURE__ */ like(TOOL, PART, ASIDE);

/** Says that a record's type is that of such a part, or of what only tells how it goes. */
export const isPartType = /* @__PURE__ */ like(TOOL, PART, PROGRESS);

/** Says that a record, a message or a part of one is not of the model's answer, but of another, or of its thoughts. */
export const isOthersName = /* @__PURE__ */ like(OTHERS);

/** Says that an event or a record is about anything but the answer itself. */
export const isOffAnswerName = /* @__PURE__ */ like(TOOL, PART, ASIDE, PROGRESS, OTHERS);

function like(...patterns: readonly RegExp[]): (name: unknown) => boolean {
  return (name) => typeof name === "string" && patterns.some((pattern) => pattern.test(name));
}
