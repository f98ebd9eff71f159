import { malformed } from "../../formats/json/record.js";
import { beginsLikeJson, tryJson } from "../../formats/json/try-json.js";
import { mediaType } from "../../formats/format.js";

const JSON_TYPE = /[/+]json$/;
const FIRST_LINE = /\S.*/;

/**
 * The value of a body in one piece: parsed JSON where it is JSON, else its text.
 *
 * @throws ChunkParseError for JSON that is none though it is declared as such, and begins so: it was cut. Many values,
 *   one on each line, are a text.
 */
export function bodyValue(text: string, contentType: string | undefined): unknown {
  const value = tryJson(text);
  if (value !== undefined) return value;
  const isDeclared = JSON_TYPE.test(mediaType(contentType)) && beginsLikeJson(text);
  const firstLine = FIRST_LINE.exec(text)?.[0] ?? "";
  if (!isDeclared || tryJson(firstLine) !== undefined) return text;
  throw malformed(text, { format: "json", index: 0, unfinished: true }, "expected one JSON value");
}
