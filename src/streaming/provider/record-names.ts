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

/** What failed within an answer, a tool or a step, is another matter: `response.mcp_call.failed`, `tool-output-error`. */
const FAILURE =
  /^(error|exception|fail(ed|ure)|abort(ed)?|cancell?ed|((thread|conversation)\.)?(response|run|chat|stream|conversation|workflow)[._-]?(error|failed|expired|aborted|cancell?ed))$/i;
/** The end of an answer, or of all that makes it. */
const END =
  /^(((thread|conversation)\.)?(answer|chat|completion|conversation|generation|interaction|prediction|process|response|run|stream|workflow)[._-]?|message[._-]?)?(end(ed)?|done|finish(ed)?|(in)?completed?|stop(ped)?)$/i;
/** A word in brackets that stands for an end, as `[DONE]` or `<|end|>`, and names that come last, where they come. */
const LAST = /^[[<][|"]?\w+[|"]?[\]>]$|^(closed?|final([._-]?\w+)?|eo[fs])$/i;
/**
 * The names by which a protocol begins an answer that it ends by another, as it writes them. What an author calls
 * `start`, `workflow_started` or `answer_start` may end without a word.
 */
const BEGIN =
  /^(message([_-]s|S)tart|start-step|RUN_STARTED|process_starts|(chat|interaction)\.start|conversation\.response\.started|(response|thread\.run|conversation\.chat)\.(created|queued|in_progress))$/;
/** A flag that is `false` in each record of an answer but the last: Ollama, Baidu, Cohere, llama.cpp, LightLLM, Coze. */
const END_FLAG = /^(is_?)?(closed?|done|end(ed)?|final|finish(ed)?|stop)$|^is_?last$/i;
/** A tool, whose failure is the model's to answer, or a warning. */
const TOOL = /tool|function|warn/i;
/** Other parts of the making of an answer. */
const PART = /call|step|node|moderat|retriev|search/i;
/** What goes on beside the answer, which is whole without it: checks of the text, what is made of it, accounts of it. */
const ASIDE =
  /filter|guard|safety|(^|_)(audio|speech|tts)(_|$)|title|suggest|follow_?up|related|cache|memory|plugin|evaluat|feedback|telemetry|trac(e|ing)(_|$)|(^|_)log(s|ging)?(_|$)|metric|usage|billing|subscription|previous/i;
/** How it goes. An event of such a name may be the place where a server says that it failed. */
const PROGRESS = /task|status|progress/i;

/** Says that an event or a record is called a failure of the answer. */
export function isFailureName(name: unknown): boolean {
  return isLike(FAILURE, name);
}

/** Says that an event or a record is called the end of the answer. */
export function isEndName(name: unknown): boolean {
  return isLike(END, name);
}

/** Says that an event, a record or a text is called the end of the answer, or what comes last. */
export function isLastName(name: unknown): boolean {
  return isLike(END, name) || isLike(LAST, name);
}

/** Says that an event or a record is called the beginning of an answer whose end has a name, too. */
export function isBeginName(name: unknown): boolean {
  return isLike(BEGIN, name);
}

/** Says that a field tells whether a record is the last of its answer. */
export function isEndFlag(name: string): boolean {
  return END_FLAG.test(name);
}

/** Says that an event or a record is about a tool. */
export function isToolName(name: unknown): boolean {
  return isLike(TOOL, name);
}

/** Says that an event or a field is about a part of the answer's making: a tool, a step. */
export function isPartName(name: unknown): boolean {
  return isLike(TOOL, name) || isLike(PART, name);
}

/** Says that a field of an answer's last record is about such a part, or about what goes on beside the answer. */
export function isAsideName(name: unknown): boolean {
  return isPartName(name) || isLike(ASIDE, name);
}

/** Says that a record's type is that of such a part, or of what only tells how it goes. */
export function isPartType(type: unknown): boolean {
  return isPartName(type) || isLike(PROGRESS, type);
}

function isLike(pattern: RegExp, name: unknown): boolean {
  return typeof name === "string" && pattern.test(name);
}
