import { RecordTooLargeError } from "../../errors.js";
import { ByteBuffer } from "../../formats/bytes/byte-buffer.js";
import type { StreamFormat } from "../../formats/format.js";
import { contentStart } from "../../formats/opening.js";
import type { Deadline } from "../../transport/transport.js";
import { judgeContent, readability } from "./content-type.js";
import type { Effects } from "../effects.js";
import type { ResponseBody } from "./response-body.js";

/** The beginning of a body, read to see whether the format can read it. */
export interface Opening {
  readonly isReadable: boolean;
  /** To be read before the rest. */
  readonly buffers: readonly Uint8Array[];
}

/**
 * Finds out whether a format can read a response: by its content-type, and where that leaves it open by
 * the first bytes that are not white space, however the body is cut.
 *
 * @param deadline by when the next bytes have to be there.
 * @throws RecordTooLargeError where nothing but white space comes.
 */
export function* readOpening(
  body: Pick<ResponseBody, "contentType" | "read">,
  format: StreamFormat<unknown>,
  maxRecordBytes: number,
  deadline: () => Deadline,
): Effects<Opening> {
  const { contentType } = body;
  const verdict = readability(format, contentType);
  if (verdict !== "open") return { isReadable: verdict === "readable", buffers: [] };
  const held = new ByteBuffer();
  let start = 0;
  for (;;) {
    const buffers = yield* body.read(deadline());
    held.appendAll(buffers ?? []);
    const bytes = held.held;
    start = contentStart(bytes, start);
    const isReadable = judgeContent(format, contentType, bytes.subarray(start));
    // A body that ends before it can be told has no content, or the beginning of something else.
    if (isReadable !== undefined || buffers === undefined) {
      return { isReadable: isReadable ?? start === bytes.length, buffers: [bytes] };
    }
    if (start > maxRecordBytes) throw new RecordTooLargeError(maxRecordBytes);
  }
}
