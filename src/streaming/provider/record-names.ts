/** Tells by the name of an event, a record or a field whether it is about the answer, or about a part that may fail. */

/** What failed within an answer, a tool or a step, is another matter: `response.mcp_call.failed`, `tool-output-error`. */
const FAILURE =
  /^(error|exception|fail(ed|ure)|abort(ed)?|cancell?ed|((thread|conversation)\.)?(response|run|chat|stream|conversation|workflow)[._-]?(error|failed|expired|aborted|cancell?ed))$/i;
/** The end of an answer, or of all that makes it. */
const END =
  /^((answer|chat|completion|conversation|generation|message|prediction|process|response|run|stream|workflow)[._-]?)?(end(ed)?|done|finish(ed)?|completed?)$/i;
const TOOL = /tool|function|warn/i;
const PART = /tool|function|warn|call|step|node/i;
const PART_TYPE = /tool|function|warn|call|step|node|task|status|progress/i;
const ASIDE = /tool|function|warn|call|step|node|moderat|retriev|search/i;

/** Says that an event or a record is called a failure of the answer. */
export function isFailureName(name: unknown): boolean {
  return isLike(FAILURE, name);
}

/** Says that an event or a record is called the end of the answer. */
export function isEndName(name: unknown): boolean {
  return isLike(END, name);
}

/** Says that an event or a record is about a tool, whose failure is the model's to answer, or a warning. */
export function isToolName(name: unknown): boolean {
  return isLike(TOOL, name);
}

/** Says that an event is about a part of the answer's making: a tool, a step. */
export function isPartName(name: unknown): boolean {
  return isLike(PART, name);
}

/** Says that a record's type is that of such a part, or of what only tells how it goes. */
export function isPartType(type: unknown): boolean {
  return isLike(PART_TYPE, type);
}

/** Says that a field of an answer's last record is about what was done beside the answer. */
export function isAside(field: string): boolean {
  return isLike(ASIDE, field);
}

function isLike(pattern: RegExp, name: unknown): boolean {
  return typeof name === "string" && pattern.test(name);
}
