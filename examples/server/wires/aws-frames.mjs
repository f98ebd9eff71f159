// @ts-check
/**
 * Messages of Amazon's event stream, with headers that are all texts.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
import { crc32 } from "node:zlib";

const TEXT = 7;

/**
 * An event of the service.
 * @param {string} type
 * @param {string | Uint8Array} payload
 * @param {string} contentType
 */
export function eventFrame(type, payload, contentType = "application/json") {
  return frame(
    { ":event-type": type, ":content-type": contentType, ":message-type": "event" },
    Buffer.from(payload),
  );
}

/** @param {Record<string, string>} headers @param {Uint8Array} payload */
function frame(headers, payload) {
  const head = Buffer.concat(Object.entries(headers).map(header));
  const prelude = Buffer.concat([
    uint32(12 + head.length + payload.length + 4),
    uint32(head.length),
  ]);
  const message = Buffer.concat([prelude, uint32(crc32(prelude)), head, payload]);
  return Buffer.concat([message, uint32(crc32(message))]);
}

/** @param {[name: string, value: string]} header */
function header([name, value]) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.of(name.length),
    Buffer.from(name),
    Buffer.of(TEXT),
    length,
    Buffer.from(value),
  ]);
}

/** In network byte order. @param {number} value */
function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * Requests have to be signed. The signature itself is not looked at: its key is the client's.
 * @param {import("node:http").IncomingHttpHeaders} headers
 */
export const isSigned = ({ authorization, "x-amz-date": date }) =>
  date !== undefined && authorization?.startsWith("AWS4-HMAC-SHA256 ") === true;
