/** Reasons for which an answer ended before the model had ended it, and by no limit or filter. */
const FAILURES =
  /^((\w+_)?(error|failed|failure)|abort(ed)?|(user_)?cancel(l?ed)?|expired|time(d_)?_?out(_exceeded)?|error_toxic|insufficient_system_resource|malformed_\w+|(unexpected|too_many)_tool_calls?)$/i;

/** Tells whether a finish reason, or the status of a job or a record, says that the answer failed. */
export function saysFailure(word: unknown): word is string {
  return typeof word === "string" && FAILURES.test(word);
}
